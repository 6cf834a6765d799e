"""Create an API key and print it once."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from applications.models import ApiKey, Application, Scope
from applications.services import USUAL_SCOPES, create_api_key


class Command(BaseCommand):
    help = "Create an API key for an application. The key is printed once and stored only as a hash."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("application", help="The application's name.")
        parser.add_argument("--name", default="backend", help="What the key is for.")
        parser.add_argument(
            "--scope",
            action="append",
            choices=Scope.values,
            help="Repeatable; read and write without. Links to files need `files`.",
        )

    def handle(self, *_args: object, **options: Any) -> None:
        try:
            application = Application.objects.get(name=options["application"])
        except Application.DoesNotExist as error:
            names = ", ".join(Application.objects.values_list("name", flat=True)) or "none"
            raise CommandError(f"No application {options['application']!r}. There are: {names}.") from error
        longest = ApiKey._meta.get_field("name").max_length or 0
        if len(options["name"]) > longest:
            raise CommandError(f"--name has at most {longest} characters.")
        _, plain = create_api_key(
            application=application, name=options["name"], scopes=tuple(options["scope"] or USUAL_SCOPES)
        )
        self.stdout.write(plain)
