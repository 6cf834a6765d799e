"""Delete files whose days are over."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from recordings.services.retention import Purge, purge


class Command(BaseCommand):
    help = (
        "Mark recordings whose profile keeps files for fewer days than they are old, and delete the files of those "
        "that were marked long enough ago. The worker does the same every hour. Exit code 1 when a deletion failed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="Only tell what would be marked and deleted.")

    def handle(self, *_args: object, dry_run: bool, **options: Any) -> None:
        count = {"mark": 0, "delete": 0, "cancel": 0, "fail": 0}
        for done in purge(dry_run=dry_run):
            count[done.act] += 1
            self._tell(done, is_long=options["verbosity"] > 1)
        told = ", ".join(f"{number} to {act}" if dry_run else f"{act}: {number}" for act, number in count.items())
        self.stdout.write(f"{told}.")
        if count["fail"]:
            raise CommandError("Some files could not be deleted; they will be tried again.")

    def _tell(self, done: Purge, *, is_long: bool) -> None:
        why = f" ({done.why})" if done.why else ""
        objects = f", {len(done.keys)} objects" if done.keys else ""
        self.stdout.write(f"{done.act} {done.recording.pk}{objects}{why}")
        for key in done.keys if is_long else ():
            self.stdout.write(f"  {key}")
