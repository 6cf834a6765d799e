"""Every sample body of the vendors, signed anew: accepted, and changing what docs/callbacks.md says."""

from collections.abc import Mapping

import pytest

from applications.models import CallbackEndpoint
from callbacks.models import Event, Verdict
from recordings.models import FactRow, Recording
from tests.callbacks.families import ALL_SAMPLES, SPEAKERS, tell

# sample: fact, state of the recording that it alone makes known, kinds of its files, provisional
EXPECTED = {
    "trtc/301_recorder_start": ("recorder_started", "recording", [], None),
    "trtc/302_recorder_stop": ("recorder_left", "finalizing", [], None),
    "trtc/303_upload_start": ("upload_started", "recording", [], None),
    "trtc/304_file_info": ("slice_uploaded", "recording", ["hls"], None),
    "trtc/305_upload_stop": ("upload_finished", "finalizing", [], None),
    "trtc/306_failover": ("failed_over", "recording", [], None),
    "trtc/307_file_slice": ("slice_created", "recording", ["hls"], None),
    "trtc/308_upload_error": ("upload_error", "starting", [], None),
    "trtc/309_download_image_error": ("image_error", "starting", [], None),
    "trtc/310_mp4_stop": ("transcode_finished", "finalizing", ["mp4", "mp4"], None),
    "trtc/311_vod_commit": ("vod_file_committed", "recording", ["vod"], None),
    "trtc/311_vod_commit_failed": ("vod_file_stuck", "recording", ["vod"], None),
    "trtc/312_vod_stop": ("vod_finished", "finalizing", [], None),
    "tiw/online_record_started": ("recorder_started", "recording", [], None),
    "tiw/online_record_stopped": ("recorder_left", "finalizing", [], None),
    "tiw/online_record_finished": ("finished", "completed", ["mp4"] * 4, "weak_signature"),
    "tiw/online_record_finished_failed": ("finished", "failed", [], "weak_signature"),
    "tiw/online_record_finished_failed_zh": ("finished", "failed", [], "weak_signature"),
    "tiw/online_record_long_pause_warning": ("paused", "paused", [], None),
    "tiw/online_record_long_pause_force_stopped": ("exit_announced", "stopping", [], None),
    "gme/1_file_started": ("file_opened", "recording", ["mp3"], None),
    "gme/2_file_finished": ("file_closed", "finalizing", ["mp3"], None),
    "gme/3_file_uploaded": ("file_ready", "finalizing", ["mp3"], None),
    "css/100_file": ("file_ready", "finalizing", ["hls"], None),
    "css/100_file_of_a_session": ("file_ready", "finalizing", ["mp4"], None),
    "css/332_record_start_succeeded": ("recorder_started", "recording", [], None),
    "css/332_record_start_failed": ("recorder_failed", "failed", [], "weak_signature"),
    "css/332_record_paused": ("paused", "paused", [], None),
    "css/332_record_resumed": ("resumed", "recording", [], None),
    "css/332_record_error": ("recorder_error", "recording", [], None),
    "css/332_record_ended": ("recorder_left", "finalizing", [], None),
    "css/341_exception": ("diagnosed", "recording", [], None),
}


@pytest.mark.parametrize(("family", "name"), ALL_SAMPLES)
def test_a_sample_changes_what_the_table_says(
    family: str, name: str, endpoints: Mapping[str, CallbackEndpoint]
) -> None:
    kind, state, files, doubt = EXPECTED[f"{family}/{name}"]

    assert tell(endpoints[family], SPEAKERS[family].sample(name)) == 200

    assert Event.objects.get().verdict == Verdict.APPLIED
    recording = Recording.objects.get()
    assert (recording.origin, recording.provider, recording.state) == ("callback", family, state)
    assert [file.kind for file in recording.files.all()] == files
    assert recording.provisional_reason == doubt
    assert list(FactRow.objects.exclude(kind="observed").values_list("kind", flat=True)) == [kind]
    assert recording.deadline_at is not None or state in ("completed", "failed")


def test_the_table_names_every_sample() -> None:
    assert set(EXPECTED) == {f"{family}/{name}" for family, name in ALL_SAMPLES}
