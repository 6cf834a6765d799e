"""Encrypt every stored secret anew with the first of FIELD_ENCRYPTION_KEYS."""

from django.core.management.base import BaseCommand, CommandError
from django.db import models, transaction

from applications.encryption import SecretField, SecretUnreadable
from applications.models import Application, CallbackEndpoint, StorageProfile


class Command(BaseCommand):
    help = "After a new key was put first in FIELD_ENCRYPTION_KEYS: encrypt all secrets with it. Safe to repeat."

    def handle(self, *_args: object, **_options: object) -> None:
        for model in (Application, StorageProfile, CallbackEndpoint):
            try:
                count = _encrypt_anew(model)
            except SecretUnreadable as error:
                raise CommandError(
                    f"FIELD_ENCRYPTION_KEYS: {error}. Expected: every key that was ever first, the newest first. "
                    "Nothing is lost: put the old key back at the end and run this again."
                ) from error
            self.stdout.write(f"{model._meta.verbose_name_plural}: {count}")


def _encrypt_anew(model: type[models.Model]) -> int:
    names = [field.name for field in model._meta.fields if isinstance(field, SecretField)]
    count = 0
    for pk in model._default_manager.values_list("pk", flat=True):
        with transaction.atomic():
            row = model._default_manager.select_for_update().filter(pk=pk).first()
            if row is not None:
                row.save(update_fields=names)
                count += 1
    return count
