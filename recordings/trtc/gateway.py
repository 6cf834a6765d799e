"""The four recording actions of Tencent RTC.

Source: https://trtc.io/document/46960 (create), 46957 (modify), 46958 (describe), 46959 (delete).
"""

import logging
import re
import time
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from recordings.metrics import count_vendor_error, observe_vendor_call
from recordings.parameters import RecordingParameters
from recordings.trtc.account import Account, Storage
from recordings.trtc.answers import Answer, CreateAnswer, DescribeAnswer, read_answer
from recordings.trtc.client import ClientCache
from recordings.trtc.errors import GatewayError, Rejected
from recordings.trtc.requests import REDACTED, build_create, build_modify, build_task_request, list_secrets
from recordings.trtc.results import Created, Deleted, DescribedFile, Description, Modified
from recordings.trtc.transport import at_once
from recordings.trtc.usersig import sign_ticket
from recordings.trtc.vendor_codes import Action

logger = logging.getLogger(__name__)

A = TypeVar("A", bound=Answer)
Depart = Callable[[], None]


class Gateway(Protocol):
    """The seam to the vendor. Every method raises GatewayError and nothing else that is expected.

    `depart` is called when a request is built and signed, last before it leaves: it may wait for the request's moment,
    or raise, and then nothing was sent.
    """

    def create_recording(
        self,
        *,
        account: Account,
        robot_user_id: str,
        parameters: RecordingParameters,
        storage: Storage,
        lifetime_seconds: int,
        depart: Depart = at_once,
    ) -> Created:
        """Start a recording; repeating it with the same robot ends the earlier one.

        Args:
            lifetime_seconds: How long the recording may last; the robot's ticket lives longer.
        """

    def describe_recording(self, *, account: Account, task_id: str, depart: Depart = at_once) -> Description:
        """Ask how a task is. Files of VOD tasks are never listed."""

    def modify_recording(
        self, *, account: Account, task_id: str, parameters: RecordingParameters, depart: Depart = at_once
    ) -> Modified:
        """Replace layout (mixed only) and subscriptions by those of *parameters*."""

    def delete_recording(self, *, account: Account, task_id: str, depart: Depart = at_once) -> Deleted:
        """Stop a task; its upload goes on."""


class TrtcGateway:
    """The Gateway that calls Tencent. One instance serves all threads and accounts."""

    def __init__(self) -> None:
        self._clients = ClientCache()

    def create_recording(
        self,
        *,
        account: Account,
        robot_user_id: str,
        parameters: RecordingParameters,
        storage: Storage,
        lifetime_seconds: int,
        depart: Depart = at_once,
    ) -> Created:
        """See Gateway."""
        ticket = sign_ticket(
            account=account,
            robot_user_id=robot_user_id,
            parameters=parameters,
            lifetime_seconds=lifetime_seconds,
        )
        request = build_create(
            account=account, robot_user_id=robot_user_id, parameters=parameters, storage=storage, ticket=ticket
        )
        answer = self._call(account, "CreateCloudRecording", request, CreateAnswer, depart)
        return Created(task_id=answer.TaskId, request_id=answer.RequestId)

    def describe_recording(self, *, account: Account, task_id: str, depart: Depart = at_once) -> Description:
        """See Gateway."""
        request = build_task_request(account=account, task_id=task_id)
        answer = self._call(account, "DescribeCloudRecording", request, DescribeAnswer, depart)
        files = (
            DescribedFile(
                user_id=file.UserId,
                file_name=file.FileName,
                track_type=file.TrackType,
                begin_timestamp_ms=file.BeginTimeStamp,
            )
            for file in answer.StorageFileList or ()
        )
        return Description(status=_to_snake_case(answer.Status), files=tuple(files), request_id=answer.RequestId)

    def modify_recording(
        self, *, account: Account, task_id: str, parameters: RecordingParameters, depart: Depart = at_once
    ) -> Modified:
        """See Gateway."""
        request = build_modify(account=account, task_id=task_id, parameters=parameters)
        answer = self._call(account, "ModifyCloudRecording", request, Answer, depart)
        return Modified(request_id=answer.RequestId)

    def delete_recording(self, *, account: Account, task_id: str, depart: Depart = at_once) -> Deleted:
        """See Gateway."""
        request = build_task_request(account=account, task_id=task_id)
        answer = self._call(account, "DeleteCloudRecording", request, Answer, depart)
        return Deleted(request_id=answer.RequestId)

    def _call(self, account: Account, action: Action, request: dict[str, Any], shape: type[A], depart: Depart) -> A:
        facts: dict[str, Any] = {"action": action, "sdk_app_id": account.sdk_app_id}
        started = time.monotonic()

        def leave() -> None:
            nonlocal started
            depart()
            started = time.monotonic()

        try:
            answer = read_answer(action, self._send(account, action, request, leave), shape)
        except GatewayError as error:
            facts |= {"code": error.code, "fault": error.fault, "vendor_request_id": error.request_id}
            logger.warning("vendor_call_failed", extra=facts | {"milliseconds": _milliseconds_since(started)})
            count_vendor_error(action, error.code, error.fault)
            raise
        finally:
            observe_vendor_call(action, time.monotonic() - started)
        facts |= {"vendor_request_id": answer.RequestId, "milliseconds": _milliseconds_since(started)}
        logger.debug("vendor_called", extra=facts)
        return answer

    def _send(self, account: Account, action: Action, request: dict[str, Any], depart: Depart) -> bytes:
        if not account.region:
            raise Rejected(code="AccountIncomplete", message="The account has no region.", fault="operator")
        body = self._clients.get(account).send(action, request, depart=depart)
        for secret in list_secrets(request):
            body = body.replace(secret.encode(), REDACTED.encode())  # an error may quote what it refuses
        return body


def _to_snake_case(status: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", status).lower()


def _milliseconds_since(started: float) -> int:
    return round((time.monotonic() - started) * 1000)
