"""Who is named, who is there, and who is recorded at all."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from layouts.geometry import MOST_VIDEOS, Participant
from layouts.lint.findings import Finding, Text, report
from layouts.lint.findings import gettext_noop as _
from layouts.lint.scene import Scene
from layouts.parameters import PREFIX_MARK
from layouts.tiers import MOST_CELLS, MOST_SMALL

SUBSCRIPTIONS = "subscribe_stream_user_ids"
ALLOWED, BLOCKED = "subscribe_video_user_ids", "un_subscribe_video_user_ids"

UNKNOWN_USER = Text(
    "unknown_user",
    "warning",
    _("%(user_id)s is not in the room, so this place is empty until that user comes."),
    _("Check the spelling against the users in the room, or name one of them: %(present)s."),
)
UNKNOWN_STREAM = Text(
    "unknown_stream",
    "warning",
    _('%(user_id)s sends no "%(media_id)s" stream, so this place is empty.'),
    _('Set media_id to "%(other)s", which this user does send.'),
)
CAMERA = Text(
    "camera_shown_large",
    "warning",
    _("%(user_id)s also shows a screen, and the large place takes the camera."),
    _('Set media_id to "aux" to show the screen large.'),
)
SILENT = Text(
    "large_user_without_picture",
    "warning",
    _("%(user_id)s sends no picture, and pure_audio_disable_layout takes such users out: the large place is empty."),
    _("Name somebody else, or set pure_audio_disable_layout to false."),
)
NOT_RECORDED = Text(
    "not_subscribed",
    "warning",
    _("The picture of %(user_id)s is not subscribed to, so this place is empty."),
    _("Add the user to subscribe_video_user_ids or take them out of un_subscribe_video_user_ids; or free the place."),
)
TOO_MANY_VIDEOS = Text(
    "too_many_videos",
    "warning",
    _("A mixed recording takes %(most)s pictures at most, and %(count)s are asked for."),
    _("Take out %(surplus)s of them, for instance with subscribe_video_user_ids."),
)
WITHOUT_WINDOW = Text(
    "not_shown",
    "warning",
    _("%(count)s in the room have no window: %(users)s."),
    _("Add windows, 25 at most in all, or record these users as well with a second recording."),
)
WITHOUT_PICTURE = Text(
    "not_shown",
    "warning",
    _("%(count)s in the room have no window: %(users)s."),
    _("%(most)s people fit into this mode; record the others with a second recording."),
)
TWICE_HERE = Text(
    "duplicate_participant",
    "warning",
    _('The "%(media_id)s" stream of %(user_id)s is listed %(count)s times among the participants.'),
    _("List every stream once, in order of entry."),
)


def named_users_are_there(scene: Scene) -> Iterator[Finding]:
    """Windows and the large place name streams that exist."""
    if scene.participants is None:
        return
    for path, user_id, media_id in _named(scene):
        streams = [person.media_id for person in scene.participants if person.user_id == user_id]
        if not streams:
            present = ", ".join(dict.fromkeys(person.user_id for person in scene.participants)) or "-"
            yield report(UNKNOWN_USER, path, user_id=user_id, present=present)
        elif media_id is not None and media_id not in streams:
            yield report(UNKNOWN_STREAM, path, user_id=user_id, media_id=media_id, other=streams[0])


def large_user_is_worth_the_place(scene: Scene) -> Iterator[Finding]:
    """The large place shows the stream that is probably meant."""
    user_id = scene.large_user
    if scene.participants is None or user_id is None:
        return
    mine = {person.media_id: person for person in scene.participants if person.user_id == user_id}
    chosen: Any = scene.layout["media_id"]
    if scene.mode == "screen_share" and chosen == "main" and {"main", "aux"} <= set(mine):
        yield report(CAMERA, "media_id", user_id=user_id)
    if scene.layout["pure_audio_disable_layout"] and chosen in mine and mine[chosen].audio_only:
        yield report(SILENT, "max_resolution_user_id", user_id=user_id)


def named_users_are_recorded(scene: Scene) -> Iterator[Finding]:
    """Whoever has a place is subscribed to."""
    for path, user_id, _media_id in _named(scene):
        if not _is_recorded(scene, user_id):
            yield report(NOT_RECORDED, path, user_id=user_id)


def few_enough_videos(scene: Scene) -> Iterator[Finding]:
    """At most 24 pictures are subscribed to."""
    sending = [
        person for person in scene.participants or () if not person.audio_only and _is_recorded(scene, person.user_id)
    ]
    asked = {
        f"{SUBSCRIPTIONS}.{ALLOWED}": len(set(scene.subscriptions.get(ALLOWED, ()))),
        "participants": len(sending),
        "mix_layout_list": len(scene.windows) if scene.mode == "custom" else 0,
    }
    for path, count in asked.items():
        # More windows than there can be are told of elsewhere.
        if count > MOST_VIDEOS and not (path == "mix_layout_list" and count > MOST_CELLS):
            yield report(TOO_MANY_VIDEOS, path, most=MOST_VIDEOS, count=count, surplus=count - MOST_VIDEOS)


def everybody_has_a_window(scene: Scene) -> Iterator[Finding]:
    """Nobody who is in the room is left out of the picture, and nobody is counted twice."""
    if scene.participants is None or scene.mode is None:
        return
    streams = Counter((person.user_id, person.media_id) for person in scene.participants)
    for (user_id, media_id), count in streams.items():
        if count > 1:
            yield report(TWICE_HERE, "participants", user_id=user_id, media_id=media_id, count=count)
    if scene.mode == "custom":
        left = _without_window(scene, list(streams))
        if left and scene.windows:
            yield report(WITHOUT_WINDOW, "mix_layout_list", count=len(left), users=", ".join(left))
        return
    shown = [person for person in scene.participants if not _is_left_out(scene, person)]
    most = MOST_SMALL if _large_place_is_empty(scene) else MOST_CELLS
    if len(shown) > most:
        users = ", ".join(person.user_id for person in shown[most:])
        yield report(WITHOUT_PICTURE, "mix_layout_mode", count=len(shown) - most, users=users, most=most)


def _named(scene: Scene) -> Iterator[tuple[str, str, str | None]]:
    # Patterns are reported elsewhere.
    if scene.large_user is not None and not scene.large_user.endswith(PREFIX_MARK):
        yield "max_resolution_user_id", scene.large_user, scene.layout["media_id"]
    for window in scene.windows if scene.mode == "custom" else ():
        user_id = window["user_id"]
        if user_id is not None and not user_id.endswith(PREFIX_MARK):
            yield window.at("user_id"), user_id, window["media_id"]


def _is_recorded(scene: Scene, user_id: str) -> bool:
    allowed, blocked = scene.subscriptions.get(ALLOWED, ()), scene.subscriptions.get(BLOCKED, ())
    return (not allowed or _matches(user_id, allowed)) and not _matches(user_id, blocked)


def _matches(user_id: str, patterns: Sequence[str]) -> bool:
    return any(
        user_id.startswith(pattern.removesuffix(PREFIX_MARK)) if pattern.endswith(PREFIX_MARK) else user_id == pattern
        for pattern in patterns
    )


def _without_window(scene: Scene, streams: Sequence[tuple[str, str]]) -> list[str]:
    reserved = {(window["user_id"], window["media_id"]) for window in scene.windows}
    open_windows = sum(1 for window in scene.windows if window["user_id"] is None)
    waiting = [user_id for user_id, media_id in streams if (user_id, media_id) not in reserved]
    return waiting[open_windows:]


def _is_left_out(scene: Scene, person: Participant) -> bool:
    return bool(scene.layout["pure_audio_disable_layout"]) and person.audio_only


def _large_place_is_empty(scene: Scene) -> bool:
    if scene.mode == "grid" or (scene.mode == "floating" and scene.large_user is None):
        return False
    return not any(
        person.user_id == scene.large_user and person.media_id == scene.layout["media_id"]
        for person in scene.participants or ()
    )


RULES = (
    named_users_are_there,
    large_user_is_worth_the_place,
    named_users_are_recorded,
    few_enough_videos,
    everybody_has_a_window,
)
