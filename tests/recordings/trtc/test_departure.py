"""A request waits for its moment last of all, so that nothing of ours comes between the moment and the wire."""

from collections.abc import Callable

import pytest
from django.db import OperationalError

from recordings.trtc.account import Account
from recordings.trtc.errors import Unavailable
from recordings.trtc.gateway import TrtcGateway
from tests.recordings.trtc.vendor import Vendor, answer


def test_a_request_leaves_when_it_may(gateway: TrtcGateway, account: Account, vendor: Vendor) -> None:
    vendor.script.append(answer())
    seen_before: list[int] = []

    gateway.delete_recording(account=account, task_id="t", depart=lambda: seen_before.append(len(vendor.calls)))

    assert seen_before == [0]
    assert len(vendor.calls) == 1


@pytest.mark.parametrize("why", [Unavailable(code="Stalled"), OperationalError("the database is away")])
def test_what_keeps_it_from_leaving_is_told_as_it_is(
    gateway: TrtcGateway, account: Account, vendor: Vendor, why: Exception
) -> None:
    """Not as an outcome that is unknown: nothing was sent."""

    def stay() -> None:
        raise why

    with pytest.raises(type(why)) as raised:
        gateway.delete_recording(account=account, task_id="t", depart=stay)

    assert raised.value is why
    assert vendor.calls == []


def test_the_next_request_of_a_client_does_not_wait_for_an_earlier_ones_moment(
    gateway: TrtcGateway, account: Account, vendor: Vendor
) -> None:
    vendor.script.extend([answer(), answer()])
    calls: list[str] = []
    depart: Callable[[], None] = lambda: calls.append("first")  # noqa: E731 - it stands for a caller's lambda

    gateway.delete_recording(account=account, task_id="t", depart=depart)
    gateway.delete_recording(account=account, task_id="t")

    assert calls == ["first"]
