"""What came of trying a storage profile, and trying it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from applications.models import Application, StorageKind, StorageProfile
from applications.services import check_storage


def tell_preflight(profile: StorageProfile) -> str | SafeString:
    """Return the last result, a sentence for each thing that failed."""
    result: Any = profile.preflight
    is_vod = profile.kind == StorageKind.VOD
    if is_vod and not profile.check_files:
        return _("Files in VOD are not looked at unless they are checked.")
    if not result:
        return _("Not tried yet. It is tried when it is saved with files checked, and by the button above.")
    at = f"{datetime.fromisoformat(result['at']):%Y-%m-%d %H:%M} UTC"
    if result["ok"] and is_vod:
        return _("At %(when)s VOD could be asked for files.") % {"when": at}
    if result["ok"]:
        return _("At %(when)s it could be written, read, listed and deleted in.") % {"when": at}
    lines = ((line,) for line in [_("At %(when)s:") % {"when": at}, *tell_failures(result)])
    return format_html("<div>{}</div>", format_html_join("", "<p>{}</p>", lines))


def tell_failures(result: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each thing that failed, with the storage's own code."""
    explain = import_string(settings.STORAGE_WORDS)
    failed = [trial for trial in result["trials"] if not trial["ok"]]
    return [f"{trial['action']}: {explain(trial['problem'])} {trial['code'] or ''}".rstrip() for trial in failed]


def check_and_tell(request: HttpRequest, application: Application) -> None:
    """Try every storage profile of an application and tell what came of it."""
    for profile in StorageProfile.objects.filter(application=application):
        result = check_storage(profile)
        if result is None:
            continue
        if result["ok"]:
            messages.success(request, _("%(name)s works.") % {"name": profile.name})
        else:
            messages.error(request, f"{profile.name}: {' '.join(tell_failures(result))}")
