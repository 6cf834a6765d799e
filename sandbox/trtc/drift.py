"""Bodies as other versions of the vendor's callbacks have been seen or documented."""

from collections.abc import Callable

from sandbox.family import Body as Event


def _event_ts(event: Event) -> None:
    info = event["EventInfo"]
    info["EventTs"] = int(info["EventTs"]) if isinstance(info["EventTs"], str) else str(info["EventTs"])


def _room_id(event: Event) -> None:
    info = event["EventInfo"]
    if isinstance(info["RoomId"], str) and info["RoomId"].isdecimal():
        info["RoomId"] = int(info["RoomId"])


def _begin_timestamp(event: Event) -> None:
    payload = event["EventInfo"]["Payload"]
    for holder in (payload, payload.get("TencentVod"), *payload.get("FileMessage", [])):
        for name in ("BeginTimeStamp", "StartTimeStamp", "EndTimeStamp"):
            if holder and name in holder:
                holder[name] = str(holder[name])


def _status(event: Event) -> None:
    payload = event["EventInfo"]["Payload"]
    for name in ("Status", "LeaveCode"):
        if name in payload:
            payload[name] = str(payload[name])


def _file_list_304(event: Event) -> None:
    if event["EventType"] == 304:
        event["EventInfo"]["Payload"]["FileList"] = [event["EventInfo"]["Payload"]["FileList"]]


def _file_list_310(event: Event) -> None:
    payload = event["EventInfo"]["Payload"]
    if event["EventType"] == 310 and payload["FileList"]:
        payload["FileList"] = payload["FileList"][0]
        payload.pop("FileMessage", None)


def _flat_311(event: Event) -> None:
    payload = event["EventInfo"]["Payload"]
    if event["EventType"] == 311:
        payload.update(payload.pop("TencentVod", {}))


def _leave_code_305(event: Event) -> None:
    payload = event["EventInfo"]["Payload"]
    if event["EventType"] == 305:
        payload["LeaveCode"] = payload.pop("Status")


def _no_event_ms_ts(event: Event) -> None:
    event["EventInfo"].pop("EventMsTs", None)


def _unknown_field(event: Event) -> None:
    event["EventInfo"]["Payload"]["NewField"] = {"Version": 2}
    event["NewField"] = "new"


VARIANTS: dict[str, Callable[[Event], None]] = {
    "event_ts": _event_ts,
    "room_id": _room_id,
    "begin_timestamp": _begin_timestamp,
    "status": _status,
    "file_list_304": _file_list_304,
    "file_list_310": _file_list_310,
    "flat_311": _flat_311,
    "leave_code_305": _leave_code_305,
    "no_event_ms_ts": _no_event_ms_ts,
    "unknown_field": _unknown_field,
}
