"""Run every benchmark, or those named: `python -m benchmarks callbacks open_loop`."""

import os
import shutil
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / ".bench"


def main() -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    # A database of its own, so that thousands of rows are nobody's.
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": "",
        "EMBEDDED_POSTGRES_FOLDER": str(FOLDER / "postgres"),
        "SPOOL_FOLDER": str(FOLDER / "spool"),
        "LOG_LEVEL": "WARNING",
    }
    import django  # noqa: PLC0415 - settings are read at import, so the environment comes first

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415

    from benchmarks import callbacks, layouts, merge_plan, open_loop, pace, start  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    benchmarks = {"callbacks": callbacks.run, "open_loop": open_loop.run, "start": start.run, "layouts": layouts.run}
    benchmarks |= {"merge_plan": merge_plan.run, "pace": pace.run}
    for name in sys.argv[1:] or benchmarks:
        print(f"\n== {name}")
        benchmarks[name](FOLDER)


if __name__ == "__main__":
    main()
