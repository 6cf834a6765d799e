"""What lint says about the layout of a sound request: errors refuse it, warnings do not."""

from django.utils.translation import gettext

from layouts.lint import Finding, Severity, lint
from layouts.problems import Problem
from recordings.parameters.recording import RecordingParameters
from recordings.parameters.transcode import canvas_size

# Where a request has what lint knows by a name of its own.
_PLACES = {
    "canvas": "mix_transcode_params.video_params",
    "subscribe_stream_user_ids": "record_params.subscribe_stream_user_ids",
}


def list_layout_findings(parameters: RecordingParameters, severity: Severity) -> list[Problem]:
    """Return what would spoil the picture for certain (error), or what is likely not meant (warning)."""
    layout, subscriptions = parameters.mix_layout_params, parameters.record_params.subscribe_stream_user_ids
    if layout is None:
        return []
    found = lint(
        layout,
        canvas=canvas_size(parameters.mix_transcode_params),
        subscriptions=subscriptions.to_json() if subscriptions is not None else None,
    )
    told = (finding.translated(gettext) for finding in found if finding.severity == severity)
    return [Problem(attr=_attr(each), code=each.code, detail=f"{each.detail} {each.remedy}") for each in told]


def _attr(finding: Finding) -> str:
    head, _, rest = finding.path.partition(".")
    if head in _PLACES:
        return f"{_PLACES[head]}.{rest}" if rest else _PLACES[head]
    return f"mix_layout_params.{finding.path}" if finding.path else "mix_layout_params"
