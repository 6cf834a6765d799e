"""Which internet addresses a server may be asked to fetch from: public ones alone."""

import ipaddress
import re

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# https://www.iana.org/assignments/iana-ipv4-special-registry, multicast, and one cloud's inner service at a public
# number (https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16). Written out, for what
# Python calls global differs between its releases.
FORBIDDEN_V4 = tuple(
    map(
        ipaddress.IPv4Network,
        (
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.31.196.0/24",
            "192.52.193.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "192.175.48.0/24",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4",
            "168.63.129.16/32",
        ),
    )
)
# Of IPv6 only this block is given out, https://www.iana.org/assignments/ipv6-unicast-address-assignments, and in it
# tunnels (Teredo, 6to4) would carry to any IPv4 address.
GIVEN_OUT_V6 = ipaddress.IPv6Network("2000::/3")
FORBIDDEN_V6 = tuple(
    map(ipaddress.IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"))
)
# An IPv4 address in these is judged by itself: mapped, and translated by NAT64 (RFC 6052).
CARRIES_V4 = (ipaddress.IPv6Network("::ffff:0:0/96"), ipaddress.IPv6Network("64:ff9b::/96"))

HOST_NAME = re.compile(r"(?=.{1,253}\Z)(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.)*[A-Za-z0-9-]{1,63}")
LOOKS_LIKE_A_NUMBER = re.compile(r"(?:[0-9]+|0[xX][0-9A-Fa-f]*)")


def is_public(text: str) -> bool:
    """Tell whether *text* is an IP address at which anybody may be found. What cannot be read is not."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv4Address):
        return _is_public_v4(address)
    if address.scope_id is not None:
        return False
    if any(address in network for network in CARRIES_V4):
        return _is_public_v4(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return address in GIVEN_OUT_V6 and address.is_global and not any(address in each for each in FORBIDDEN_V6)


def read_literal(host: str) -> str | None:
    """Return *host* as an IP address if it is one; None when it is a name.

    Raises:
        ValueError: It is neither: 2130706433, 0x7f.1, 127.1 and 0177.0.0.1 are IP addresses to some resolvers.
    """
    if ":" in host:
        return str(ipaddress.IPv6Address(host))
    if LOOKS_LIKE_A_NUMBER.fullmatch(host.rstrip(".").rsplit(".", 1)[-1]):
        return str(ipaddress.IPv4Address(host))
    if not HOST_NAME.fullmatch(host.rstrip(".")):
        raise ValueError("No host name.")
    return None


def _is_public_v4(address: ipaddress.IPv4Address) -> bool:
    return address.is_global and not any(address in network for network in FORBIDDEN_V4)
