"""Try whether storage profiles work."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from applications.models import StorageKind, StorageProfile
from recordings.services.preflight import check_profile
from recordings.storage.words import explain


class Command(BaseCommand):
    help = (
        "Write, read, list and delete one small object in the folder of every COS and S3 profile, ask VOD for a file "
        "for every VOD profile with check_files, or do so for those that are named, and say in a sentence what is "
        "missing. Exit code 1 when one does not work."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("profiles", nargs="*", metavar="application/profile", help="Only these.")

    def handle(self, *_args: object, profiles: list[str], **_options: Any) -> None:
        broken = 0
        for profile in self._find(profiles):
            result = check_profile(profile) or {"ok": True, "trials": []}
            broken += not result["ok"]
            self.stdout.write(f"{profile.application.name}/{profile.name}: {'works' if result['ok'] else 'broken'}")
            for trial in result["trials"]:
                told = "ok" if trial["ok"] else f"{explain(trial['problem'])} {trial['code'] or ''}".rstrip()
                self.stdout.write(f"  {trial['action']}: {told}")
        if broken:
            raise CommandError(f"{broken} storage profiles do not work.")

    def _find(self, names: list[str]) -> list[StorageProfile]:
        unchecked = {"kind": StorageKind.VOD, "check_files": False}  # nothing is needed of these
        tried = StorageProfile.objects.exclude(**unchecked).select_related("application")
        if not names:
            return list(tried.order_by("application__name", "name"))
        found = []
        for name in names:
            application, _slash, profile = name.partition("/")
            row = tried.filter(application__name=application, name=profile).first()
            if row is None:
                raise CommandError(f"No such profile, or one for VOD without check_files: {name}")
            found.append(row)
        return found
