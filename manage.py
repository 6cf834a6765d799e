#!/usr/bin/env python
"""Django's command line."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import OperationalError

from config.postgresql.reach import in_one_line, was_never_reached

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:  # one line for whoever has to mend it; the code is not at fault
        sys.exit(f"Not started: {error}")
    except OperationalError as error:
        if not was_never_reached(error):
            raise
        sys.exit(f"Not started: DATABASE_URL is wrong, or the database is away: {in_one_line(error)}")
    except KeyboardInterrupt:  # before a command could say what it does then
        sys.exit(130)
