"""What lint says about the layout of a sound request: errors refuse it, warnings do not."""

from collections.abc import Iterator

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


def list_layout_errors(parameters: RecordingParameters) -> list[Problem]:
    """Return what would spoil the picture for certain, beside what the vendor refuses."""
    return [
        Problem(attr=_attr(finding), code=finding.code, detail=f"{finding.detail} {finding.remedy}")
        for finding in _findings(parameters, "error")
    ]


def list_layout_warnings(parameters: RecordingParameters) -> list[Problem]:
    """Return what is likely not meant."""
    return [
        Problem(attr=_attr(finding), code=finding.code, detail=f"{finding.detail} {finding.remedy}")
        for finding in _findings(parameters, "warning")
    ]


def _findings(parameters: RecordingParameters, severity: Severity) -> Iterator[Finding]:
    layout, subscriptions = parameters.mix_layout_params, parameters.record_params.subscribe_stream_user_ids
    if layout is None:
        return
    found = lint(
        layout,
        canvas=canvas_size(parameters.mix_transcode_params),
        subscriptions=subscriptions.to_json() if subscriptions is not None else None,
    )
    yield from (finding.translated(gettext) for finding in found if finding.severity == severity)


def _attr(finding: Finding) -> str:
    head, _, rest = finding.path.partition(".")
    if head in _PLACES:
        return f"{_PLACES[head]}.{rest}" if rest else _PLACES[head]
    return f"mix_layout_params.{finding.path}" if finding.path else "mix_layout_params"
