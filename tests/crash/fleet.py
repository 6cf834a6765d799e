"""Several web and worker processes that are started again when they die."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from demo.processes import free_port
from tests.crash.balancer import Balancer
from tests.crash.history import History
from tests.crash.supervisor import Member, Supervisor
from tests.e2e.stack import APP_ID, Stack

# How fast the vendor's seconds pass: its minute of retries takes 12 s, long enough for some starts of a process.
SPEED = 5
QUICK = {
    "lease_seconds": 4, "vendor_timeout_seconds": 3, "first_describe_seconds": 2, "describe_seconds": 3,
    "settle_seconds": 3, "gone_spacing_seconds": 3, "start_deadline_seconds": 30, "stop_deadline_seconds": 30,
    "upload_deadline_seconds": 30, "transcode_deadline_seconds": 30,
}  # fmt: skip
PAGE = ("recordings_recording", "recordings_idempotencykey", "callbacks_event", "procrastinate_jobs", "recordings_pace")


class Fleet(Stack):
    """A stack whose web and worker processes come back by themselves, as under systemd."""

    def __init__(
        self,
        folder: Path,
        *,
        webs: int = 2,
        workers: int = 2,
        mode: str = "evict",
        speed: float = SPEED,
        **policy: float,
    ) -> None:
        """Set it up.

        Args:
            mode: What the vendor does when a robot's name is repeated: evict, twin or refuse.
            policy: As for Stack, beside QUICK.
        """
        super().__init__(folder, is_database_apart=True, **(QUICK | policy))
        self.history = History(folder / "page0")
        self._folder, self._mode, self._speed, self._planted, self._pages = folder, mode, speed, "", 0
        ports = [self.web_port]
        while len(ports) < webs:
            ports.append(free_port(ports[-1] + 1))
        self.members = [_web(i, port) for i, port in enumerate(ports[:webs])]
        self.members += [Member(f"worker{i}", ["manage.py", "work"]) for i in range(workers)]
        self.supervisor = Supervisor(self.processes, self.members, self.history)
        self.balance(free_port(ports[-1] + 1), [("127.0.0.1", port) for port in ports])

    def balance(self, port: int, addresses: Sequence[tuple[str, int]]) -> None:
        """Let callbacks, and callers who do not choose a process, come in at *port*."""
        self._balancer = Balancer(port, addresses)
        self.web_url = self.environment["PUBLIC_URL"] = self._balancer.url

    def __enter__(self) -> Self:
        super().__enter__()
        return self

    def _set_up(self) -> None:
        self._balancer.start()
        super()._set_up()
        self.arm("")
        self.supervisor.start()

    def start_sandbox(self, *, callback_url: str, speed: float | None = None) -> None:
        self._callback_url = callback_url
        super().start_sandbox(callback_url=callback_url, speed=speed or self._speed)
        self.control("PUT", f"apps/{APP_ID}", {"repeat_robot": self._mode})

    def turn_page(self, *, mode: str = "evict", planted: str = "") -> None:
        """Begin anew: no recordings, no vendor tasks, no faults, no history, new processes.

        Args:
            planted: A bug of tests/crash/planted.py that every web and worker process has from now on.
        """
        self.supervisor.rest()
        self._mode, self._planted, self._pages = mode, planted, self._pages + 1
        self.history = History(self._folder / f"page{self._pages}")
        self.database.query(f"TRUNCATE {', '.join(PAGE)} CASCADE")
        self.kill("sandbox")
        self.start_sandbox(callback_url=self._callback_url)
        self.arm("")
        self.supervisor.go_on(self.history)

    def arm(self, failpoints: str) -> None:
        """Let processes that start from now on have these failpoints (recordings/failpoints.py)."""
        more = {"FAILPOINTS": failpoints, "FAILPOINTS_LOG": str(self.history.failpoints_path)}
        if self._planted:
            more |= {"DJANGO_SETTINGS_MODULE": "tests.crash.planted_settings", "PLANTED": self._planted}
        self.processes.environment = self.environment | {"DATABASE_URL": self.database_url} | more

    def set_faults(self, *faults: dict[str, Any]) -> None:
        """Let the vendor do this harm from now on, and no other."""
        self.control("PUT", f"apps/{APP_ID}/faults", {"faults": list(faults)})

    def __exit__(self, *exc: object) -> None:
        self.supervisor.close()
        super().__exit__(*exc)
        self._balancer.close()

    @property
    def database_url(self) -> str:
        """Where web and worker find the database."""
        return self.database.url

    @property
    def webs(self) -> list[Member]:
        return [member for member in self.members if member.url]

    @property
    def workers(self) -> list[Member]:
        return [member for member in self.members if not member.url]

    def restart_database(self) -> None:
        """End PostgreSQL as `pg_ctl -m immediate stop` does, and bring it back."""
        self.history.write("database_restart")
        self.database.shut_down_at_once()
        self.bring_database_back()

    def freeze_database(self, seconds: float) -> None:
        """Let PostgreSQL say nothing for a while, with all its connections open."""
        self.history.write("database_frozen", seconds=seconds)
        with self.database.frozen():
            time.sleep(seconds)


def _web(number: int, port: int) -> Member:
    serve = ["manage.py", "serve", "--port", str(port), "--threads", "16"]
    return Member(f"web{number}", serve, f"http://127.0.0.1:{port}")
