"""Apply stored events again."""

from argparse import ArgumentParser, ArgumentTypeError
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.dateparse import parse_datetime

from callbacks.models import Verdict
from callbacks.providers import PROVIDERS
from callbacks.replay import replay


class Command(BaseCommand):
    help = (
        "Apply the callbacks received in a span of time again, oldest first, as today's code reads them. Nothing "
        "changes where nothing was missed. Exits with 1 when one could not be applied."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--from", dest="since", required=True, type=_moment, help="2026-01-31T08:00, UTC")
        parser.add_argument("--to", dest="until", required=True, type=_moment, help="Not included.")
        parser.add_argument("--family", choices=list(PROVIDERS))

    def handle(self, *_args: object, **options: Any) -> None:
        if options["since"] >= options["until"]:
            raise CommandError("--from has to be before --to.")
        counts, missed = replay(since=options["since"], until=options["until"], family=options["family"])
        told = ", ".join(f"{number} {verdict.label}" for verdict, number in sorted(counts.items())) or "none"
        self.stdout.write(f"Applied again: {told}. Had been missed: {missed}.")
        if counts[Verdict.FAILED]:
            raise CommandError(f"{counts[Verdict.FAILED]} could not be applied; the log says why.")


def _moment(text: str) -> datetime:
    try:
        moment = parse_datetime(text) or parse_datetime(f"{text}T00:00")
    except ValueError:
        moment = None
    if moment is None:
        raise ArgumentTypeError(f"{text!r} is no time such as 2026-01-31T08:00")
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
