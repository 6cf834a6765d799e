"""`python -m tests.crash.hosts`: two hosts and one PostgreSQL do what one host does, also while a link is cut."""

import os
import subprocess
import sys
import tempfile
import threading
import time
from argparse import ArgumentParser
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from tests.crash.conclusion import Report, conclude  # noqa: E402 - they read the settings
from tests.crash.fleet import Fleet  # noqa: E402
from tests.crash.network import BRIDGE_ADDRESS, PREFIX, Network, NoNetwork  # noqa: E402
from tests.crash.supervisor import Member  # noqa: E402
from tests.crash.workload import Workload  # noqa: E402

CUT_SECONDS = 8.0
WEB_PORT = 8000


class HostsFleet(Fleet):
    """A web and a worker process on each host of a network. Vendor and database are on the bridge."""

    def __init__(self, folder: Path, network: Network) -> None:
        super().__init__(folder, webs=0, workers=0)
        for name in network.addresses:
            enter = ["-m", "tests.crash.in_namespace", network.namespace(name), "manage.py"]
            serve = ["serve", "--host", "0.0.0.0", "--port", str(WEB_PORT), "--threads", "16"]  # noqa: S104 - its own network
            url = f"http://{network.addresses[name]}:{WEB_PORT}"
            self.members.append(Member(f"web-{name}", [*enter, *serve], url))
            self.members.append(Member(f"worker-{name}", [*enter, "work"]))
        self.balance(self.web_port, [(address, WEB_PORT) for address in network.addresses.values()])
        self.sandbox_url = self.sandbox_url.replace("127.0.0.1", BRIDGE_ADDRESS)
        self.environment["ALLOWED_HOSTS"] = "*"

    def _set_up(self) -> None:
        self.manage("migrate", "-v0")
        self._listen()
        super()._set_up()

    @property
    def database_url(self) -> str:
        return f"postgres://postgres@{BRIDGE_ADDRESS}/recordings"

    def _listen(self) -> None:
        """Start the server anew, so that hosts reach it."""
        data = self.database.folder / "data"
        server, *_ = (data / "postmaster.opts").read_text().split()
        with (data / "pg_hba.conf").open("a") as rules:
            rules.write(f"host all all {PREFIX}0/24 trust\n")
        self.database.shut_down_in_order()
        options = f"-h {BRIDGE_ADDRESS} -k {data}"
        start = [str(Path(server).with_name("pg_ctl")), "-w", "-D", str(data), "-l", str(data / "log"), "-o", options]
        subprocess.run([*start, "start"], check=True, capture_output=True, user=data.owner())


def run_hosts(folder: Path, *, starts: int, seed: int) -> Report:
    """Do the workload on two hosts, and cut off one of them for a while in its midst."""
    with Network("a", "b") as network, HostsFleet(folder, network) as fleet:
        workload = _workload(fleet, starts, seed)
        work = threading.Thread(target=workload.run)
        work.start()
        while work.is_alive() and len(workload.ids) < starts / 3:
            time.sleep(0.1)
        fleet.history.write("link_cut", host="a", seconds=CUT_SECONDS, answered=len(workload.ids))
        network.cut("a")
        time.sleep(CUT_SECONDS)
        network.mend("a")
        during = len(workload.ids)
        work.join()
        fleet.set_faults()
        report = conclude(fleet, workload, seconds=120)
        report.figures["answered before, during and after the cut"] = (
            f"{starts // 3}, {during - starts // 3}, {starts - during}"
        )
        return report


def run_one_host(folder: Path, *, starts: int, seed: int) -> Report:
    """Do the same workload on this host alone, with as many processes."""
    with Fleet(folder) as fleet:
        workload = _workload(fleet, starts, seed)
        workload.run()
        fleet.set_faults()
        return conclude(fleet, workload, seconds=120)


def _workload(fleet: Fleet, starts: int, seed: int) -> Workload:
    fleet.set_faults({"kind": "lose_answer", "action": "CreateCloudRecording", "probability": 0.1})
    return Workload(fleet, starts, seed)


def main() -> int:
    """Run both, print their tables, and return 1 when an invariant is broken on either."""
    parser = ArgumentParser(prog="python -m tests.crash.hosts", description=__doc__)
    parser.add_argument("--starts", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="hosts-"))
    broken = False
    for name, run in (("two hosts", run_hosts), ("one host", run_one_host)):
        home = folder / name.replace(" ", "-")
        home.mkdir()
        try:
            report = run(home, starts=options.starts, seed=options.seed)
        except NoNetwork as error:
            sys.stderr.write(f"{error}\n")
            return 2
        sys.stdout.write(f"{name}, logs in {home}\n{report.text}\n")
        broken = broken or bool(report.broken)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
