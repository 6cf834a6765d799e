"""Vendor families: what an endpoint of each needs to be told. Pure.

The families themselves are declared by their providers (callbacks/providers) and registered when the apps are loaded,
so that a new one is added in one place.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Assurance(StrEnum):
    """What a family's signature proves."""

    STRONG = "strong"  # it covers the body: what is told was told by the vendor
    WEAK = "weak"  # it covers a time alone: whoever saw one request can write another


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """One vendor family.

    Attributes:
        name: As in addresses: trtc, tiw, gme, css.
        label: The product's name.
        app_id_name: What the vendor calls the application's id in this family.
        has_own_app_id: The id is another number than the SdkAppId, so an endpoint must name it.
        quiet_seconds: The family has no last event: a recording closes after so long without a callback, unless its
            endpoint says otherwise. None for a family that has one.
        signature_variants: Ways to sign beside the documented one, by name, with their descriptions.
        console: Where in the vendor's console address and key are set.
    """

    name: str
    label: str
    assurance: Assurance
    app_id_name: str = "SdkAppId"
    has_own_app_id: bool = False
    quiet_seconds: int | None = None
    signature_variants: Mapping[str, str] = field(default_factory=dict)
    console: str = ""


_families: dict[str, Family] = {}


def register_family(family: Family) -> None:
    """Make *family* known; the last of a name holds."""
    _families[family.name] = family


def find_family(name: str) -> Family | None:
    """Return the family of that name; None when no provider declares it."""
    return _families.get(name)


def family_choices() -> list[tuple[str, str]]:
    """Return names and labels, for forms and filters."""
    return [(family.name, family.label) for family in _families.values()]


def variant_choices() -> list[tuple[str, str]]:
    """Return every way to sign that some family has beside the documented one."""
    found = {name: text for family in _families.values() for name, text in family.signature_variants.items()}
    return list(found.items())
