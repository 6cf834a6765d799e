"""Record a meeting end to end on this machine, with the sandbox in the vendor's place."""

import os
import secrets
import signal
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import requests
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection

from demo.bucket import make_bucket, server_arguments
from demo.meeting import Meeting
from demo.processes import NotReady, Processes, free_port
from demo.school import BUCKET, School, prepare_school


class Command(BaseCommand):
    help = "Start database, web, worker and sandbox; record a meeting through the REST API; keep serving."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="End when the recording ended; 0 if it completed.")
        parser.add_argument("--port", type=int, default=8000, help="Of the web server; the next free one is taken.")
        parser.add_argument("--sandbox-port", type=int, default=8770)
        parser.add_argument(
            "--folder", type=Path, default=settings.BASE_DIR / ".demo", help="For logs and the file with the key."
        )
        parser.add_argument("--speed", type=float, default=10, help="How much faster the sandbox's time runs.")

    def handle(self, *_args: object, **options: Any) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):  # also where a shell started it with SIGINT ignored
            signal.signal(number, signal.default_int_handler)
        try:
            self._run(**options)
        except KeyboardInterrupt:
            self.stdout.write("\nEverything is stopped.")
            if options["once"]:
                raise CommandError("Interrupted before the recording ended.", returncode=130) from None
        except (NotReady, ImproperlyConfigured) as error:
            raise CommandError(str(error)) from error
        except OperationalError as error:
            raise CommandError(f"The database cannot be reached: {error}") from error
        except requests.RequestException as error:
            raise CommandError(f"The demo was refused: {error} {_body(error)} Logs: {options['folder']}") from error

    def _run(self, *, once: bool, port: int, sandbox_port: int, folder: Path, speed: float, **_options: object) -> None:
        folder.mkdir(exist_ok=True)
        web_port, sandbox_port = free_port(port), free_port(sandbox_port)
        storage_port = free_port(sandbox_port + 1)
        web_url, sandbox_url, storage_url = (
            f"http://127.0.0.1:{number}" for number in (web_port, sandbox_port, storage_port)
        )
        settings.PUBLIC_URL = web_url
        if web_port != port:
            self.stdout.write(f"Port {port} is taken: the web server uses {web_port}.")
        self.stdout.write(f"database   {_database()}")
        call_command("migrate", verbosity=0)
        school = prepare_school(sandbox_url=sandbox_url, storage_url=storage_url)

        environment = os.environ | {"PUBLIC_URL": web_url, "SPOOL_FOLDER": str(folder / "spool")}
        with Processes(folder, environment) as processes:
            processes.start("storage", server_arguments(storage_port))
            vendor = ["-m", "sandbox", "--port", str(sandbox_port), "--speed", str(speed)]
            processes.start("sandbox", [*vendor, "--storage", f"s3:{storage_url}"])
            processes.start("web", ["manage.py", "serve", "--port", str(web_port)])
            processes.start("worker", ["manage.py", "work"])
            processes.wait_for("storage", storage_url)
            make_bucket(storage_url, BUCKET)
            processes.wait_for("sandbox", f"{sandbox_url}/control/health")
            processes.wait_for("web", f"{web_url}/healthz")
            self.stdout.write(f"sandbox    {sandbox_url}  plays Tencent, {speed:g} times as fast")
            self.stdout.write(f"storage    {storage_url}  plays COS, in memory")
            self.stdout.write(f"web        {web_url}\nworker     running\n\n")
            _introduce(school, sandbox_url)
            recording = self._meet(school, web_url, sandbox_url, folder)
            processes.check()
            self._print_access(school, web_url, folder / "env")
            completed = recording["state"] == "completed" and bool(recording["files"])
            if once and not completed:
                raise CommandError(f"The recording ended as {recording['state']} ({recording['reason']}).")
            if not once:
                self.stdout.write("\nServing until Ctrl-C.")
                while True:
                    time.sleep(1)
                    processes.check()

    def _meet(self, school: School, web_url: str, sandbox_url: str, folder: Path) -> dict[str, Any]:
        meeting = Meeting(
            api_url=f"{web_url}/api/v1",
            api_key=school.api_key,
            sandbox_url=sandbox_url,
            room_id=str(100_000 + secrets.randbelow(900_000)),
            say=self._say,
        )
        recording = meeting.record()
        self.stdout.write("\nFiles")
        for file in recording["files"]:
            self.stdout.write(f"  {file['kind']:<5} {file['status']:<9} {file['name']}")
        page = f"{web_url}/admin/recordings/recording/{recording['id']}/change/"
        self.stdout.write(f"\nRecording  {recording['state']}, verified: {recording['verified']}\n           {page}")
        for file in recording["files"]:
            if file["kind"] == "mp4" and file["status"] == "verified":
                path = folder / "meeting.mp4"
                link = meeting.download(file, path)
                self.stdout.write(f"Watch it   {os.path.relpath(path)}\n           {link}")
        return recording

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()

    def _print_access(self, school: School, web_url: str, path: Path) -> None:
        values = {
            "API_URL": f"{web_url}/api/v1",
            "API_KEY": school.api_key,
            "ADMIN_URL": f"{web_url}/admin/",
            "ADMIN_USER": "demo",
            "ADMIN_PASSWORD": school.admin_password,
        }
        path.touch(mode=0o600)
        path.write_text("".join(f"{name}={value}\n" for name, value in values.items()))
        self.stdout.write(f"\nAdmin  {values['ADMIN_URL']}  user demo  password {school.admin_password}")
        self.stdout.write(f"API    {web_url}/api/docs/  key {school.api_key}")
        self.stdout.write(f"       curl -H 'Authorization: Api-Key {school.api_key}' {web_url}/api/v1/recordings")
        self.stdout.write(f"The same is in {os.path.relpath(path)}.")


def _introduce(school: School, sandbox_url: str) -> None:
    """Tell the sandbox of the application, over HTTP, so that no secret stands on a command line."""
    app = school.sandbox_app
    requests.put(f"{sandbox_url}/control/apps/{app.pop('sdk_app_id')}", json=app, timeout=5).raise_for_status()


def _database() -> str:
    if "FOLDER" in connection.settings_dict:
        folder = Path(str(connection.settings_dict["FOLDER"]))
        return f"embedded PostgreSQL in {os.path.relpath(folder)}"
    return f"{connection.settings_dict['NAME']} on {connection.settings_dict['HOST'] or 'the local socket'}"


def _body(error: requests.RequestException) -> str:
    return error.response.text[:500] if error.response is not None else ""
