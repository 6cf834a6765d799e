"""Compute every recording anew from its ledger."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from recordings.models import Recording
from recordings.services.rebuild import rebuild_recording


class Command(BaseCommand):
    help = (
        "Fold every ledger and make the recordings what it says. Says what differed; with --check nothing is written "
        "and a difference ends in exit code 1."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("recordings", nargs="*", type=UUID, help="Only these.")
        parser.add_argument("--check", action="store_true", help="Only compare.")

    def handle(self, *_args: object, recordings: list[UUID], check: bool, **_options: Any) -> None:
        wanted = Recording.objects.filter(pk__in=recordings) if recordings else Recording.objects.all()
        known = set(wanted.values_list("pk", flat=True)) if recordings else set()
        if unknown := set(recordings) - known:
            raise CommandError(f"No such recording: {', '.join(map(str, unknown))}")
        count = different = 0
        for pk in wanted.order_by("pk").values_list("pk", flat=True).iterator():
            count += 1
            if differences := rebuild_recording(pk, write=not check):
                different += 1
                self.stdout.write(f"{pk}: {', '.join(differences)}")
        self.stdout.write(f"{count} recordings, {different} different{'' if check else ', now rebuilt'}.")
        if check and different:
            raise CommandError(f"{different} recordings differ from their ledger.")
