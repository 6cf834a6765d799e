"""The product's settings, with one bug of tests/crash/planted.py in its processes."""

from config.settings import *  # noqa: F403 - all of them
from config.settings import INSTALLED_APPS as _OURS
from config.settings import env as _env

PLANTED = _env.str("PLANTED")
INSTALLED_APPS = [*_OURS, "tests.crash.planted.Planted"]
