"""The pace of calls: one row that all share, on the database's clock."""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from django.db import connection, transaction
from rest_framework.test import APIClient

from applications.models import Application
from recordings.models import Pace, Recording
from recordings.services.pacing import (
    Denied,
    Permit,
    Waiting,
    await_moment,
    forget_old_keys,
    heed,
    is_out_of_room,
    reserve,
)
from recordings.services.vendor import account_of
from recordings.trtc.errors import CredentialsRejected, GatewayError, QuotaReached, TaskGone, Throttled, Unavailable
from recordings.trtc.vendor_codes import Action
from tests.conftest import Clock
from tests.recordings.steps import RECORDINGS, carry_on, end_pauses, kinds, reread, start
from tests.vendor import Fields, Vendor, refusal

CREATE: Action = "CreateCloudRecording"
DELETE: Action = "DeleteCloudRecording"
MODIFY: Action = "ModifyCloudRecording"
FULL = "FailedOperation.RestrictedConcurrency"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def paced(application: Application) -> Application:
    """Return `school` with the vendor's own limit."""
    application.requests_per_second = 20
    application.save()
    return application


def ask(application: Application, action: Action = CREATE, *, is_repeat: bool = False) -> Permit | Denied:
    with transaction.atomic():
        return reserve(application, action, account_of(application), is_repeat=is_repeat)


def permitted(application: Application, action: Action = CREATE) -> Permit:
    permit = ask(application, action)
    assert isinstance(permit, Permit), permit
    return permit


def moments(application: Application) -> Iterator[float]:
    """Yield the moments that are given away until one is refused, by the database's clock."""
    while isinstance(permit := ask(application), Permit):
        yield permit.next_at.timestamp()


def test_moments_lie_apart_so_that_no_second_holds_more_than_20(paced: Application) -> None:
    given = list(moments(paced))

    assert 15 <= len(given) <= 40  # a second's worth ahead, and what went by while they were given
    gaps = [later - earlier for earlier, later in pairwise(given)]
    assert min(gaps) > 0.05
    assert all(given[n + 20] - given[n] > 1.0 for n in range(len(given) - 20))


def test_who_would_wait_for_long_comes_back(paced: Application) -> None:
    list(moments(paced))

    denied = ask(paced)

    assert isinstance(denied, Denied)
    assert denied.why == Waiting.RATE
    assert 0.8 < denied.seconds < 1.2


def test_each_action_and_each_application_has_its_own_pace(paced: Application, other_application: Application) -> None:
    list(moments(paced))

    assert permitted(paced, DELETE).at <= time.monotonic() + 0.1
    assert permitted(other_application).at <= time.monotonic() + 0.1


def test_repeats_get_a_tenth_of_the_pace(paced: Application) -> None:
    ask(paced, is_repeat=True)
    second = ask(paced, is_repeat=True)

    assert isinstance(second, Permit)
    assert second.at > time.monotonic() + 0.4
    assert isinstance(ask(paced, is_repeat=True), Denied)


@pytest.mark.parametrize(("error", "longest"), [(Throttled, 60.0), (QuotaReached, 15.0)])
def test_a_throttled_call_pauses_everybody_and_longer_each_time(
    error: type[Throttled], longest: float, application: Application
) -> None:
    pauses = []
    for _ in range(9):
        permit = permitted(application)
        heed(permit, account_of(application), error(code="Too.Much"))
        denied = ask(application)
        assert isinstance(denied, Denied)
        pauses.append(denied.seconds)
        end_pauses()

    assert 1.0 < pauses[0] <= 2.0
    assert longest * 0.5 < pauses[-1] <= longest
    assert Pace.objects.get(action=CREATE).throttles == 9


def test_a_success_ends_the_count_of_throttles(application: Application) -> None:
    heed(permitted(application), account_of(application), Throttled(code="Too.Much"))
    end_pauses()

    heed(permitted(application), account_of(application), None)

    assert Pace.objects.get(action=CREATE).throttles == 0


def test_a_vendor_that_is_down_says_nothing_about_the_pace(application: Application) -> None:
    heed(permitted(application), account_of(application), Unavailable(code="InternalError"))

    assert isinstance(ask(application), Permit)


def test_refused_keys_stop_all_but_a_probe_now_and_again(
    application: Application, other_application: Application
) -> None:
    heed(permitted(application), account_of(application), CredentialsRejected(code="AuthFailure", message="no"))
    denied = ask(application)
    assert isinstance(denied, Denied)
    assert denied.why == Waiting.CREDENTIALS
    assert 58 < denied.seconds <= 60
    assert isinstance(ask(other_application), Permit)
    row = Pace.objects.get(application=application)
    assert (row.code, row.message) == ("AuthFailure", "no")

    end_pauses()
    probe = permitted(application)
    assert isinstance(ask(application), Denied)  # one probe at a time

    heed(probe, account_of(application), None)
    assert isinstance(ask(application), Permit)
    assert Pace.objects.get(application=application).opened_at is None


def test_other_keys_are_tried_at_once(application: Application) -> None:
    heed(permitted(application), account_of(application), CredentialsRejected(code="AuthFailure"))
    assert isinstance(ask(application), Denied)

    application.secret_key = "a-new-one"

    assert isinstance(ask(application), Permit)


@pytest.mark.parametrize("answer", [None, TaskGone(code="FailedOperation.TaskNotExist"), QuotaReached(code=FULL)])
def test_an_answer_to_other_keys_ends_the_refusal_of_the_old_ones(
    answer: GatewayError | None, application: Application
) -> None:
    heed(permitted(application), account_of(application), CredentialsRejected(code="AuthFailure"))
    application.secret_key = "a-new-one"

    heed(permitted(application), account_of(application), answer)

    row = Pace.objects.get(action=CREATE)
    assert (row.opened_at, row.opened_for) == (None, "")
    assert row.code == ("" if answer is None or isinstance(answer, TaskGone) else FULL)


def test_keys_that_are_good_for_one_action_are_good_for_the_others_but_for_a_permission(
    application: Application,
) -> None:
    for action in (CREATE, DELETE):
        heed(permitted(application, action), account_of(application), CredentialsRejected(code="AuthFailure.SecretId"))
    heed(permitted(application, MODIFY), account_of(application), CredentialsRejected(code="UnauthorizedOperation"))
    end_pauses()

    heed(permitted(application), account_of(application), None)

    assert list(Pace.objects.filter(opened_at__isnull=False).values_list("action", flat=True)) == [MODIFY]


def test_keys_that_are_refused_after_others_are_refused_since_then(application: Application) -> None:
    heed(permitted(application), account_of(application), CredentialsRejected(code="AuthFailure"))
    Pace.objects.update(opened_at=LONG_AGO)
    end_pauses()
    heed(permitted(application), account_of(application), CredentialsRejected(code="AuthFailure"))
    assert Pace.objects.get().opened_at == LONG_AGO

    application.secret_key = "a-new-one"
    heed(permitted(application), account_of(application), CredentialsRejected(code="AuthFailure"))

    assert Pace.objects.filter(opened_at__gt=LONG_AGO).exists()


def test_the_refusal_of_old_keys_is_forgotten_and_what_waited_for_it_is_due_at_once(
    application: Application, api: APIClient, vendor: Vendor, body: Fields, clock: Clock
) -> None:
    recording = start(api, body)
    vendor.will(DELETE, refusal("AuthFailure.SecretIdNotFound"))
    api.post(f"{RECORDINGS}/{recording.pk}/stop")
    assert reread(recording) not in Recording.objects.due()
    forget_old_keys()
    assert Pace.objects.filter(opened_at__isnull=False).exists()

    application.secret_key = "the right one"
    application.save()
    forget_old_keys()

    assert not Pace.objects.filter(opened_at__isnull=False).exists()
    assert reread(recording) in Recording.objects.due()
    clock.forward(3)  # a delete that failed is not repeated sooner
    carry_on(recording)
    assert "delete_accepted" in kinds(recording)


def test_a_vendor_whose_quota_is_full_is_waited_for_as_such(application: Application) -> None:
    heed(permitted(application), account_of(application), QuotaReached(code=FULL, message="30 tasks"))

    denied = ask(application)

    assert isinstance(denied, Denied)
    assert denied.why == Waiting.QUOTA
    row = Pace.objects.get()
    assert (row.code, row.message) == (FULL, "30 tasks")
    assert is_out_of_room(row)


def test_a_moment_that_was_missed_is_given_up_for_another(paced: Application) -> None:
    late, behind = permitted(paced), permitted(paced)
    time.sleep(0.2)

    await_moment(late)

    # It went after the one that was behind it, and whoever comes next goes after both.
    assert permitted(paced).at > late.at + 0.2 + 0.04
    assert behind.at > late.at


def test_a_late_call_with_nobody_behind_it_goes_at_once_and_takes_no_second_moment(paced: Application) -> None:
    late = permitted(paced)
    time.sleep(0.2)
    began = time.monotonic()

    await_moment(late)

    following = permitted(paced)
    assert following.at - began > 0.04
    assert following.at - began < 0.2


def test_nobody_calls_before_the_moment(application: Application) -> None:
    application.requests_per_second = 5
    permitted(application)
    permit = permitted(application)

    await_moment(permit)

    assert time.monotonic() >= permit.at


@pytest.mark.django_db(transaction=True)
def test_processes_that_ask_at_once_get_different_moments(paced: Application) -> None:
    given: list[float] = []

    def ask_often() -> None:
        for _ in range(5):
            permit = ask(paced)
            if isinstance(permit, Permit):
                given.append(permit.next_at.timestamp())
        connection.close()

    threads = [threading.Thread(target=ask_often) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    given.sort()
    assert len(given) >= 15
    assert min(later - earlier for earlier, later in pairwise(given)) > 0.05
