"""Which addresses are on the public internet."""

import pytest

from layouts.addresses import is_public, read_literal

FORBIDDEN = [
    # This host, this network
    "0.0.0.0", "0.1.2.3", "127.0.0.1", "127.255.255.254", "127.0.1.1", "::", "::1",  # noqa: S104
    # Private
    "10.0.0.0", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1", "192.168.255.255",
    "fc00::1", "fd00:ec2::254", "fd20:ce::254", "fec0::1",
    # Link-local, with the clouds' metadata services
    "169.254.0.1", "169.254.169.254", "169.254.0.23", "169.254.170.2", "fe80::1", "fe80::1%eth0", "febf::1",
    "2606:4700::1111%eth0",
    # Shared (CGNAT), one cloud's metadata among it
    "100.64.0.1", "100.100.100.200", "100.127.255.255",
    # Protocol assignments, documentation, benchmarks
    "192.0.0.1", "192.0.0.192", "192.0.2.1", "198.51.100.7", "203.0.113.9", "198.18.0.1", "198.19.255.255",
    "192.88.99.1", "192.31.196.1", "192.52.193.1", "192.175.48.1", "2001:db8::1", "3fff::1", "2001:2::1", "100::1",
    # Multicast, broadcast, reserved
    "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "ff02::1", "ff0e::1",
    # A cloud's inner service at a public number
    "168.63.129.16",
    # IPv4 in IPv6
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:7f00:1", "::127.0.0.1", "::10.0.0.1",
    "64:ff9b::127.0.0.1", "64:ff9b::169.254.169.254", "64:ff9b::a00:1", "64:ff9b:1::8.8.8.8", "64:ff9b:1:fffe::a00:1",
    # Tunnels to any IPv4
    "2002:7f00:1::", "2002:a00:1::1", "2002:808:808::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001::1",
    # Not given out
    "4000::1", "5f00::1", "::2", "1::", "2001:10::1", "2001:20::1",
    # No address, or one in a form that only some read
    "", "localhost", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "127.0.0.01", "127.0.0.1:80", "[::1]", "::g",
    "8.8.8.8 ", "8.8.8", "256.1.1.1", "8.8.8.8/32",
]  # fmt: skip
PUBLIC = ["8.8.8.8", "1.1.1.1", "93.184.216.34", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2001:4860:4860::8888",
          "::ffff:8.8.8.8", "64:ff9b::808:808", "2400:3200::1"]  # fmt: skip

# As the host of an address. To some resolver each of them is 127.0.0.1 or another forbidden address.
NUMBERS_IN_DISGUISE = [
    "2130706433", "0x7f000001", "0x7f.0x0.0x0.0x1", "0x7f.1", "127.1", "127.0.1", "0177.0.0.1", "017700000001", "0",
    "0.0", "127.0.0.01", "127.0.0.0x1", "00000177.0.0.1", "2852039166", "0xa9fea9fe", "169.254.43518", "1.2.3.4.5",
    "256.256.256.256", "127.0.0.1.", "0x", "a.0x7f",
]  # fmt: skip
NO_HOSTS = ["", ".", "a..b", "-a.example", "a b", "%6c", "ex%61mple.com", "a" * 64 + ".com",
            "a." * 127 + "abc", "::1%eth0", ":::", "fe80::1%25lo"]  # fmt: skip


def test_the_list_is_long() -> None:
    assert len(FORBIDDEN) >= 60
    assert len(set(FORBIDDEN)) == len(FORBIDDEN)


@pytest.mark.parametrize("address", FORBIDDEN)
def test_other_addresses_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("host", [host for host in NUMBERS_IN_DISGUISE if host != "127.0.0.1."])
def test_a_number_is_no_host_unless_it_is_a_plain_address(host: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - ipaddress has many sentences
        read_literal(host)


@pytest.mark.parametrize("host", NO_HOSTS)
def test_what_is_no_host_name_is_refused(host: str) -> None:
    try:
        assert not is_public(str(read_literal(host)))
    except ValueError:
        return


@pytest.mark.parametrize("host", ["example.com", "EXAMPLE.com.", "a-b.xn--fiqs8s", "cdn_1.a.com", "a.1a", "files"])
def test_names_are_names(host: str) -> None:
    assert read_literal(host) is None


@pytest.mark.parametrize("host", ["93.184.216.34", "2606:4700::1111", "::1"])
def test_addresses_are_read(host: str) -> None:
    assert read_literal(host) == host
