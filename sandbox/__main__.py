"""Run the sandbox: python -m sandbox --port 8770 --speed 10 --app '{"sdk_app_id": ...}'."""

import argparse
import asyncio
import json
import signal
import sys
from pathlib import Path
from typing import Any

from aiohttp import web

from sandbox import log
from sandbox.app import make_app
from sandbox.apps import BadApp
from sandbox.clock import FASTEST
from sandbox.cloud import Cloud
from sandbox.storage import Folder, Storage
from sandbox.studio import Studio

SHUTDOWN_SECONDS = 0.2


def main() -> int:
    options = _read_options()
    log.set_up(options.log_level)
    try:
        asyncio.run(_run(options))
    except (OSError, BadApp) as error:
        print(f"sandbox: {error}", file=sys.stderr)
        return 1
    return 0


async def _run(options: argparse.Namespace) -> None:
    """Serve until SIGTERM or SIGINT.

    Raises:
        OSError: The port cannot be listened on.
        BadApp: An --app cannot be used.
    """
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)

    cloud = Cloud(speed=options.speed, studio=Studio(options.storage) if options.storage else None)
    for app in options.app:
        cloud.apps.put(app["sdk_app_id"], app)
    runner = web.AppRunner(make_app(cloud), access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
    await runner.setup()
    try:
        await web.TCPSite(runner, options.host, options.port).start()
        print(json.dumps({"ready": True, "port": runner.addresses[0][1]}), flush=True)
        await stopped.wait()
    finally:
        await runner.cleanup()


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="sandbox", description="A local stand-in for Tencent's cloud.")
    parser.add_argument("--host", default="127.0.0.1", help="loopback unless told otherwise: nothing asks who calls")
    parser.add_argument("--port", type=int, default=8770, help="0 picks a free one")
    parser.add_argument("--speed", type=_speed, default=1.0, help="how many vendor seconds pass in a real one")
    parser.add_argument("--app", type=_app, action="append", default=[], help="an application as JSON; repeatable")
    parser.add_argument(
        "--storage", type=_storage, help="write real media: folder:/path or s3:http://address (off unless given)"
    )
    parser.add_argument("--log-level", default="info", choices=["debug", "info", "warning", "error"])
    return parser.parse_args()


def _speed(text: str) -> float:
    speed = float(text)
    if not 0 < speed <= FASTEST:
        raise argparse.ArgumentTypeError(f"above 0, at most {FASTEST}")
    return speed


def _storage(text: str) -> Storage:
    kind, _, where = text.partition(":")
    if kind == "folder" and where:
        return Folder(Path(where))
    if kind == "s3" and where.startswith(("http://", "https://")):
        from sandbox.s3 import S3  # noqa: PLC0415 - boto3 takes long to load, and few sandboxes store anything

        return S3(where)
    raise argparse.ArgumentTypeError("folder:/path or s3:http://address")


def _app(text: str) -> dict[str, Any]:
    try:
        app = json.loads(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"not JSON: {error}") from error
    if not isinstance(app, dict) or not isinstance(app.get("sdk_app_id"), int):
        raise argparse.ArgumentTypeError("a JSON object with an integer sdk_app_id is needed")
    return app


if __name__ == "__main__":
    sys.exit(main())
