"""The pure half of layouts imports no Django, nor anything that reaches a database."""

import subprocess
import sys

PURE = [
    *("addresses", "boxes", "colors", "freeze", "geometry", "growth", "image_header", "images", "ink", "lint"),
    *("overlays", "parameters", "png", "room", "svg", "text", "tiers", "tiles", "watermarks"),
]
HEAVY = {"django", "rest_framework", "psycopg", "requests", "applications"}


def test_pure_modules_import_no_django() -> None:
    imports = "; ".join(f"import layouts.{name}" for name in PURE)
    found = subprocess.run(
        [sys.executable, "-c", f"import sys; {imports}; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert not HEAVY & set(found.stdout.split())
