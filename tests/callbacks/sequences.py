"""Events of every family about one recording, in the order in which things happen."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.callbacks.families import SPEAKERS

BEGIN = 1_760_000_000  # Unix seconds; the events are 10 s apart
Body = dict[str, Any]

LENGTHS = {"trtc": 8, "tiw": 5, "gme": 6, "css": 8}
# How it ends, in whatever order it is told: state, reason, files, why it is provisional.
ENDS = {
    "trtc": ("completed", "stopped", ["hls", "mp4"], None),
    "tiw": ("completed", "stopped", ["mp4"] * 4, "weak_signature"),
    "gme": ("completed", "quiet", ["mp3", "mp3"], None),
    "css": ("completed", "recorder_error", ["hls", "mp4"], "weak_signature"),
}


def bodies_of(family: str, task: int) -> list[Body]:
    """Return the unsigned bodies of the longest sequence; another *task* makes another recording."""
    return _SEQUENCES[family](task)


def many_bodies_of(family: str, task: int, number: int) -> list[Body]:
    """Return *number* distinct events of one recording: the longest sequence, and more of what may come again."""
    first, *rest = bodies_of(family, task)
    more = [_REPEATABLE[family](task, n) for n in range(number - 1 - len(rest))]
    return [first, *more, *rest]


def task_id_of(family: str, task: int) -> str:
    """Return the id under which the recording of *task* is known."""
    return str(task) if family == "gme" else f"{family}-task-{task}"


def _trtc(task: int) -> list[Body]:
    name = f"1400000001_{task}__UserId_s_YWxpY2U.__UserId_e_main"
    track: Body = {"UserId": "alice", "TrackType": "audio_video"}
    output = track | {"FileName": f"{name}.mp4", "MediaId": "main"}
    output |= {"StartTimeStamp": BEGIN * 1000, "EndTimeStamp": (BEGIN + 40) * 1000}
    payloads: Sequence[tuple[int, Body]] = [
        (301, {"Status": 0}),
        (303, {"Status": 0}),
        (307, track | {"FileName": f"{name}.m3u8", "BeginTimeStamp": BEGIN * 1000}),
        (304, {"FileList": f"{name}.m3u8"}),
        (302, {"LeaveCode": 0}),
        (305, {"Status": 1}),
        (305, {"Status": 2}),
        (310, {"Status": 0, "FileList": [output["FileName"]], "FileMessage": [output]}),
    ]
    return [_trtc_body(task, step, event_type, payload) for step, (event_type, payload) in enumerate(payloads)]


def _trtc_body(task: int, step: int, event_type: int, payload: Body) -> Body:
    seconds = BEGIN + 10 * step
    told = {
        "RoomId": f"room-{task}", "EventTs": seconds, "EventMsTs": seconds * 1000 + 7, "UserId": "recorder_1",
        "TaskId": task_id_of("trtc", task), "Payload": payload,
    }  # fmt: skip
    return {"EventGroupId": 3, "EventType": event_type, "CallbackTs": seconds * 1000 + 913, "EventInfo": told}


def _tiw(task: int) -> list[Body]:
    speaker = SPEAKERS["tiw"]
    names = ("started", "long_pause_warning", "long_pause_force_stopped", "stopped", "finished")
    return [
        _with_data(speaker.sample(f"online_record_{name}"), TaskId=task_id_of("tiw", task), RoomId=task)
        | {"Timestamp": BEGIN + 10 * step}
        for step, name in enumerate(names)
    ]


def _with_data(body: Body, **data: Any) -> Body:
    return body | {"EventData": body["EventData"] | data}


def _gme(task: int) -> list[Body]:
    speaker = SPEAKERS["gme"]
    files = ("1_file_started", "2_file_finished", "3_file_uploaded")
    told = [(part, speaker.sample(name)) for part in (0, 1) for name in files]
    return [_gme_body(body, task, part, step) for step, (part, body) in enumerate(told)]


def _gme_body(body: Body, task: int, part: int, step: int) -> Body:
    file = {"SeqNo": part, "FileName": f"1400000001_100_999/{task}_{part}_audio.mp3"}
    return body | {"TaskID": task, "Timestamp": BEGIN + 10 * step, "Detail": file}


def _css(task: int) -> list[Body]:
    sample = SPEAKERS["css"].sample
    events = ("start_succeeded", "paused", "resumed", "error")
    told = [sample(f"332_record_{name}") | {"event_time": BEGIN + 10 * step} for step, name in enumerate(events)]
    told += [sample("341_exception") | {"timestamp": BEGIN + 45}]
    told += [_css_file("mp4", f"{task}.mp4", 60), _css_file("hls", f"{task}.m3u8", 61)]
    told += [sample("332_record_ended") | {"event_time": BEGIN + 50}]
    return [_of_session(body, task) for body in told]


def _css_file(file_format: str, name: str, seconds: int) -> Body:
    told = {"start_time": BEGIN, "end_time": BEGIN + seconds, "file_format": file_format, "callback_ext": "{}"}
    told |= {"file_id": f"file-{name}", "record_file_id": f"file-{name}"}
    return SPEAKERS["css"].sample("100_file_of_a_session") | told | {"video_url": f"http://files.example.com/{name}"}


def _of_session(body: Body, task: int) -> Body:
    session = task_id_of("css", task)
    return body | {"session_id": session, "task_id": session, "stream_id": f"stream-{task}"}


_SEQUENCES: Mapping[str, Callable[[int], list[Body]]] = {"trtc": _trtc, "tiw": _tiw, "gme": _gme, "css": _css}


# --- what may come any number of times


def _trtc_more(task: int, n: int) -> Body:
    if n % 2:
        return _trtc_body(task, 2, 309, {"Url": f"http://images.example.com/{n}.png"})
    name = f"1400000001_{task}_{n}__UserId_s_YWxpY2U.__UserId_e_main.m3u8"
    slice_created = {"UserId": "alice", "TrackType": "audio_video", "FileName": name, "BeginTimeStamp": BEGIN * 1000}
    return _trtc_body(task, 2, 307, slice_created)


def _tiw_more(task: int, n: int) -> Body:
    body = bodies_of("tiw", task)[1]
    return _with_data(body, PauseTime=BEGIN + 10_000 + n, EstimateStopTime=BEGIN + 20_000 + n)


def _gme_more(task: int, n: int) -> Body:
    part, step = divmod(n, 3)
    return _gme_body(bodies_of("gme", task)[step], task, part + 2, step)


def _css_more(task: int, n: int) -> Body:
    if n % 2:
        return _of_session(_css_file("mp4", f"{task}-{n}.mp4", 60 + n), task)
    body = SPEAKERS["css"].sample(f"332_record_{'paused' if n % 4 else 'resumed'}")
    return _of_session(body | {"event_time": BEGIN + 10, "seq": str(100 + n)}, task)


_REPEATABLE: Mapping[str, Callable[[int, int], Body]] = {
    "trtc": _trtc_more, "tiw": _tiw_more, "gme": _gme_more, "css": _css_more,
}  # fmt: skip
