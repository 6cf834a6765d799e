#!/usr/bin/env python
"""Django's command line."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:  # one line for whoever has to mend it; the code is not at fault
        sys.exit(f"Not started: {error}")
    except KeyboardInterrupt:  # before a command could say what it does then
        sys.exit(130)
