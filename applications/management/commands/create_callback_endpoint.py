"""Create the address at which one more vendor family calls an application."""

import os
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from applications.families import family_choices, find_family, variant_choices
from applications.models import Application
from applications.services import create_callback_endpoint


class Command(BaseCommand):
    help = (
        "Create a callback endpoint and print its URL. The key is read from the environment (CALLBACK_KEY) when it is "
        "left out, so that it need not stand on a command line."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("application", help="The application's name.")
        parser.add_argument("family", choices=[name for name, _label in family_choices()])
        parser.add_argument("--vendor-app-id", type=int, help="Its number in this family, if not the SdkAppId.")
        parser.add_argument("--key", default=os.environ.get("CALLBACK_KEY", ""), help="[CALLBACK_KEY]")
        parser.add_argument("--trust", action="store_true", help="Believe at once what this family tells.")
        parser.add_argument("--quiet-seconds", type=int, help="For a family whose recordings have no last event.")
        parser.add_argument("--signature-variant", default="", choices=[name for name, _text in variant_choices()])

    def handle(self, *_args: object, **options: Any) -> None:
        application = Application.objects.filter(name=options["application"]).first()
        if application is None:
            names = ", ".join(Application.objects.values_list("name", flat=True)) or "none"
            raise CommandError(f"No application {options['application']!r}. There are: {names}.")
        fields = {
            "family": options["family"],
            "vendor_app_id": options["vendor_app_id"],
            "current_key": options["key"],
            "is_trusted": options["trust"],
            "quiet_seconds": options["quiet_seconds"],
            "signature_variant": options["signature_variant"],
        }
        try:
            endpoint = create_callback_endpoint(application=application, fields=fields)
        except ValidationError as error:
            problems = "; ".join(f"{field}: {' '.join(texts)}" for field, texts in error.message_dict.items())
            raise CommandError(problems) from error

        if not endpoint.current_key:
            self.stdout.write("It has no callback key yet and accepts nobody: set one in the admin.")
        family = find_family(endpoint.family)
        if family is not None and family.console:
            self.stdout.write(f"Where it goes: {family.console}.")
        self.stdout.write(f"Callback URL for the {endpoint.family} console: {endpoint.url}")
