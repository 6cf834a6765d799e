"""Store what waits in the spool."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from callbacks.models import Event, Verdict
from callbacks.outage import drain, the_spool


class Command(BaseCommand):
    help = (
        "Store the callbacks that came while the database was away; `serve` does so by itself. Exits with 1 while some "
        "are left."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--take-back", action="store_true", help="Those too that were refused, after a repair.")

    def handle(self, *_args: object, **options: Any) -> None:
        spool = the_spool()
        if spool is None:
            raise CommandError("SPOOL_FOLDER is empty: there is no spool.")
        failed = -_count_failed()
        stored = drain(take_back=options["take_back"])
        (waiting, _), (refused, _) = spool.size(), spool.size(refused=True)
        self.stdout.write(f"Stored: {stored}. Files that wait: {waiting}, that were refused: {refused}.")
        failed += _count_failed()
        if failed > 0:
            raise CommandError(f"{failed} could not be applied: the log says why; then see replay_callbacks.")
        if waiting or refused:
            raise CommandError("Some are left; the log says why.")


def _count_failed() -> int:
    return Event.objects.filter(verdict=Verdict.FAILED).count()
