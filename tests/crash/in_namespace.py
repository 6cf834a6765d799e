"""`python -m tests.crash.in_namespace <namespace> <arguments>`: become `python <arguments>` on that host."""

import ctypes
import os
import sys
from pathlib import Path

CLONE_NEWNET = 0x40000000  # linux/sched.h


def main() -> None:
    """Enter a network namespace of `ip netns` and run python there, in the same process."""
    name, *arguments = sys.argv[1:]
    libc = ctypes.CDLL(None, use_errno=True)
    with (Path("/run/netns") / name).open() as namespace:
        if libc.setns(namespace.fileno(), CLONE_NEWNET):
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), name)
    os.execv(sys.executable, [sys.executable, *arguments])  # noqa: S606 - our own commands


if __name__ == "__main__":
    main()
