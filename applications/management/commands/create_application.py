"""Create an application from options, or from the environment in a container's start."""

import os
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from applications.models import Application, StorageKind
from applications.services import create_application

# option: environment variable, needed
APPLICATION_OPTIONS = {
    "name": "APPLICATION_NAME",
    "sdk_app_id": "APPLICATION_SDK_APP_ID",
    "secret_id": "APPLICATION_SECRET_ID",
    "secret_key": "APPLICATION_SECRET_KEY",
    "sdk_secret_key": "APPLICATION_SDK_SECRET_KEY",
    "region": "APPLICATION_REGION",
    "endpoint": "APPLICATION_ENDPOINT",
    "callback_key": "APPLICATION_CALLBACK_KEY",
}
STORAGE_OPTIONS = {
    "storage_name": "STORAGE_NAME",
    "storage_kind": "STORAGE_KIND",
    "storage_region": "STORAGE_REGION",
    "storage_bucket": "STORAGE_BUCKET",
    "storage_access_key": "STORAGE_ACCESS_KEY",
    "storage_secret_key": "STORAGE_SECRET_KEY",
}
NEEDED = ("name", "sdk_app_id", "secret_id", "secret_key", "sdk_secret_key")


class Command(BaseCommand):
    help = (
        "Create an application with its callback endpoint and, with --storage-name, a storage profile. Options left "
        "out are read from the environment (the names in brackets), so that secrets need not stand on a command line."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        for name, variable in (APPLICATION_OPTIONS | STORAGE_OPTIONS).items():
            parser.add_argument(
                f"--{name.replace('_', '-')}",
                default=os.environ.get(variable, ""),
                choices=StorageKind.values if name == "storage_kind" else None,
                help=f"[{variable}]",
            )
        parser.add_argument(
            "--storage-unchecked",
            action="store_true",
            help="Never look into the storage: recordings end on the vendor's word, and say so.",
        )
        parser.add_argument(
            "--if-missing",
            action="store_true",
            help="Do nothing when an application of this name exists already.",
        )

    def handle(self, *_args: object, **options: Any) -> None:
        if options["if_missing"] and Application.objects.filter(name=options["name"]).exists():
            self.stdout.write(f"Application {options['name']} exists already.")
            return
        missing = [APPLICATION_OPTIONS[name] for name in NEEDED if not options[name]]
        if missing:
            raise CommandError(f"Missing: {', '.join(missing)} (or the options of the same names).")

        fields = {name: options[name] for name in APPLICATION_OPTIONS if name != "callback_key" and options[name]}
        storage: dict[str, Any] = {
            name.removeprefix("storage_"): options[name] for name in STORAGE_OPTIONS if options[name]
        }
        if options["storage_unchecked"]:
            storage["check_files"] = False
        try:
            application = create_application(
                fields=fields,
                callback_key=options["callback_key"],
                storage=storage if options["storage_name"] else None,
            )
        except ValidationError as error:
            problems = "; ".join(f"{field}: {' '.join(texts)}" for field, texts in error.message_dict.items())
            raise CommandError(problems) from error

        self.stdout.write(f"Application {application.name} created.")
        for endpoint in application.callback_endpoints.all():
            self.stdout.write(f"Callback URL for the {endpoint.family} console: {endpoint.url}")
            if not endpoint.current_key:
                self.stdout.write("It has no callback key yet and accepts nobody: set one in the admin.")
