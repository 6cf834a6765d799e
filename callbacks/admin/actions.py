"""What an operator can do about events: apply them again, and believe another telling."""

from collections import Counter
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import action
from unfold.enums import ActionVariant

from callbacks import replay
from callbacks.admin.words import VERDICTS
from callbacks.models import Event, Verdict
from callbacks.providers.base import Malformed
from recordings.admin.asking import AsksFirst
from recordings.models import Recording

MOST_AT_ONCE = 200


class EventActions(AsksFirst):
    """Apply again, for one event and for several, and Believe; all need POST and the permission to change events."""

    actions = ["apply_again_selected"]
    actions_detail = ["apply_again", "adopt"]

    def name_item(self, item: Any) -> str:
        return f"{item}, {item.task_id or item.room_id}"

    def has_replay_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return bool(request.user.has_perm("callbacks.change_event"))

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        allowed: list[Any] = super().get_actions_detail(request, object_id)
        event = self.get_object(request, str(object_id))
        if event is not None and event.recording_id is not None and _is_disputed(event):
            return allowed
        return [action for action in allowed if action.path != "adopt"]  # there is nothing else to believe

    @action(  # type: ignore[untyped-decorator]  # untyped library
        description=gettext_lazy("Apply again"), permissions=["replay"], icon="replay"
    )
    def apply_again(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Apply one event again."""
        question = _("Read this event again and apply what is new in it? What is known already changes nothing.")
        return self.act_on_one(request, object_id, _apply_and_tell, question=question, submit=_("Apply again"))

    @action(  # type: ignore[untyped-decorator]  # untyped library
        description=gettext_lazy("Believe this one instead"),
        permissions=["replay"],
        icon="rule",
        variant=ActionVariant.DANGER,
    )
    def adopt(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Believe one telling of an event instead of the others."""
        question = _(
            "Believe this telling instead of every other one of the same event? The recording is computed anew with "
            "it, even if that takes back how it ended, and counts as confirmed."
        )
        return self.act_on_one(
            request, object_id, _adopt_and_tell, question=question, submit=_("Believe this one instead")
        )

    @action(  # type: ignore[untyped-decorator]  # untyped library
        description=gettext_lazy("Apply selected events again"), permissions=["replay"]
    )
    def apply_again_selected(self, request: HttpRequest, queryset: QuerySet[Event]) -> None:
        """Apply each again, in the order in which they came."""
        ids = list(queryset.order_by("received_at", "pk").values_list("pk", flat=True)[: MOST_AT_ONCE + 1])
        if len(ids) > MOST_AT_ONCE:
            text = _("Nothing was done: select at most %(number)d at once, or use the command replay_callbacks.")
            messages.error(request, text % {"number": MOST_AT_ONCE})
            return
        verdicts = Counter(replay.apply_again(pk) for pk in ids)
        told = ", ".join(f"{number} {verdict.label}" for verdict, number in sorted(verdicts.items()))
        text = ngettext(
            "%(number)d event was applied again: %(told)s.", "%(number)d events were applied again: %(told)s.", len(ids)
        )
        level = messages.WARNING if Verdict.FAILED in verdicts else messages.SUCCESS
        messages.add_message(request, level, text % {"number": len(ids), "told": told})


def _is_disputed(event: Event) -> bool:
    return event.verdict == Verdict.CONFLICT


def _apply_and_tell(request: HttpRequest, event: Event) -> None:
    verdict = replay.apply_again(event.pk)
    level = messages.ERROR if verdict == Verdict.FAILED else messages.SUCCESS
    text = _("Applied again: %(verdict)s. %(words)s")
    messages.add_message(request, level, text % {"verdict": verdict.label, "words": VERDICTS[verdict]})


def _adopt_and_tell(request: HttpRequest, event: Event) -> None:
    try:
        replay.adopt_variant(event.pk, by=request.user.get_username())
    except (ValueError, Malformed) as error:
        messages.error(request, _("Nothing was done: %(why)s.") % {"why": error})
        return
    state = Recording.objects.values_list("state", flat=True).filter(events=event.pk).first()
    messages.success(request, _("This telling is believed now; the recording is %(state)s.") % {"state": state})
