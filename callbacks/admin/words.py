"""Verdicts and refusals in plain words."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from callbacks.models import Refusal, Verdict

Text = str | Promise

VERDICT_TONES: Mapping[str, str] = {
    Verdict.APPLIED: "success",
    Verdict.UNMATCHED: "warning",
    Verdict.KEPT: "neutral",
    Verdict.CONFLICT: "danger",
    Verdict.TEST: "info",
    Verdict.FAILED: "danger",
}

VERDICTS: Mapping[str, Text] = {
    Verdict.APPLIED: _("What it tells is in the recording's ledger."),
    Verdict.UNMATCHED: _("It came before recordings were made of what was started elsewhere. Apply it again."),
    Verdict.KEPT: _("It is kept. Nothing follows from what it tells."),
    Verdict.CONFLICT: _("It tells a known event in other words. It is not believed unless you say so."),
    Verdict.TEST: _("It was made by send_test_callback: the wiring works. It moves nothing."),
    Verdict.FAILED: _("An error of ours kept it from being applied; the log says which. Apply it again when mended."),
}

# Why nothing came of an event that is in no ledger.
WITHOUT_EFFECT: Mapping[str, Text] = {
    Verdict.APPLIED: _("Nothing that is still known: its recording is gone, or its ledger was begun anew."),
    Verdict.UNMATCHED: _("Nothing: no recording was known to it."),
    Verdict.KEPT: _("Nothing, as meant."),
    Verdict.CONFLICT: _("Nothing: no recording is known to it."),
    Verdict.TEST: _("Nothing, as meant."),
    Verdict.FAILED: _("Nothing yet."),
}

REFUSALS: Mapping[str, Text] = {
    Refusal.UNKNOWN_ADDRESS: _("No endpoint has the address: it was mistyped in a console, or somebody guesses."),
    Refusal.BAD_SIGNATURE: _("No key of the endpoint made its signature: compare the key with the vendor's console."),
    Refusal.EXPIRED: _("It was signed for a time that is over: it was repeated, or a clock is wrong."),
    Refusal.WRONG_APPLICATION: _("It speaks of another application than its address belongs to."),
    Refusal.WRONG_TYPE: _("It was not declared as JSON, so nobody looked at it."),
    Refusal.UNREADABLE: _("The vendor signed it and it could not be read: the provider needs mending."),
    Refusal.TOO_MANY_VARIANTS: _("The event was told in too many ways already: somebody may be forging them."),
}
