"""Hosts on one network: namespaces of `ip netns`, each with an address on a bridge of this machine."""

import os
import shutil
import subprocess
from types import TracebackType
from typing import Self

PREFIX = "10.231.77."  # of nobody else, we hope
BRIDGE_ADDRESS = PREFIX + "1"


class NoNetwork(Exception):
    """This machine does not let us make hosts; the message says why."""


class Network:
    """A bridge and some hosts on it, for the length of a with block. Needs root and `ip` (Debian: iproute2)."""

    def __init__(self, *names: str) -> None:
        self._bridge = f"cr{os.getpid()}"
        self._hosts = {name: f"{self._bridge}{name}" for name in names}
        self.addresses = {name: f"{PREFIX}{number}" for number, name in enumerate(names, start=11)}

    def namespace(self, name: str) -> str:
        return self._hosts[name]

    def __enter__(self) -> Self:
        if os.geteuid() or not shutil.which("ip"):
            raise NoNetwork("Hosts are network namespaces: that needs root, and the command ip (Debian: iproute2).")
        try:
            self._set_up()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def _set_up(self) -> None:
        _ip("link", "add", self._bridge, "type", "bridge")
        _ip("addr", "add", f"{BRIDGE_ADDRESS}/24", "dev", self._bridge)
        _ip("link", "set", self._bridge, "up")
        for name, host in self._hosts.items():
            _ip("netns", "add", host)
            _ip("link", "add", host, "type", "veth", "peer", "name", "eth0", "netns", host)
            _ip("link", "set", host, "master", self._bridge, "up")
            _ip("-n", host, "addr", "add", f"{self.addresses[name]}/24", "dev", "eth0")
            _ip("-n", host, "link", "set", "eth0", "up")
            _ip("-n", host, "link", "set", "lo", "up")

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for host in self._hosts.values():
            _try_ip("netns", "del", host)
        _try_ip("link", "del", self._bridge)

    def cut(self, name: str) -> None:
        """Let nothing through to a host or from it."""
        _ip("link", "set", self._hosts[name], "down")

    def mend(self, name: str) -> None:
        _ip("link", "set", self._hosts[name], "up")


def _ip(*arguments: str) -> None:
    run = _try_ip(*arguments)
    if run.returncode:
        raise NoNetwork(f"ip {' '.join(arguments)}: {run.stderr.strip()}")


def _try_ip(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(["ip", *arguments], capture_output=True, text=True, check=False)
