"""The admin's first page: an operator sees what is wrong, and one click further which."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.db.models.functions import Now
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from applications.models import Application
from callbacks.models import Quarantined
from callbacks.outage import the_spool
from operations.models import Worker
from recordings.models import Pace
from recordings.states.vocabulary import State
from tests.operations.test_endpoints import make_recording

pytestmark = pytest.mark.django_db
INDEX = reverse("admin:index")


@pytest.fixture
def operator(admin_user: User) -> Client:
    client = Client()
    client.force_login(admin_user)
    return client


def page(client: Client, address: str = INDEX) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_calm_service_is_said_to_be_well(operator: Client) -> None:
    Worker.objects.create(host="h", pid=1)
    text = page(operator)

    assert "All is well." in text
    assert "1 works." in text


def test_a_spool_that_cannot_be_written_is_said_in_words(operator: Client, settings: Any) -> None:
    settings.SPOOL_FOLDER = "/proc/nowhere"
    the_spool.cache_clear()

    assert "The spool cannot be written" in page(operator)


def test_trouble_with_a_database_that_is_there_stays_an_error_of_ours(
    operator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A statement that takes too long is an OperationalError like one that reaches nobody."""

    def take_too_long() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 1; SELECT pg_sleep(5)")

    monkeypatch.setattr("operations.admin.dashboard.find_out", take_too_long)
    operator.raise_request_exception = False

    assert operator.get(INDEX).status_code == 500


def test_without_a_worker_it_says_what_that_means(operator: Client) -> None:
    assert "No worker runs: nothing is watched" in page(operator)

    Worker.objects.create(host="h", pid=1, beat_at=Now() - timedelta(minutes=4))
    assert "The last worker was heard of 4 minutes ago" in page(operator)


def test_overdue_recordings_are_one_click_away(operator: Client, application: Application) -> None:
    make_recording(application, 1)
    late = make_recording(application, 2, deadline_at=timezone.now() - timedelta(minutes=1))
    address = reverse("admin:recordings_recording_changelist") + "?live=overdue"

    assert "1 recording is live past its deadline" in page(operator)
    assert address in page(operator)
    assert str(late.pk) in page(operator, address)


def test_each_queue_names_its_application(
    operator: Client, application: Application, other_application: Application
) -> None:
    for number in range(2):
        make_recording(application, number, created_at=timezone.now() - timedelta(minutes=3))
    make_recording(other_application, 7, state=State.STARTING)
    text = page(operator)

    assert "2 recordings of school wait for their start, the first for 3 minutes." in text
    assert "of clinic" not in text
    assert f"?state__exact=queued&amp;application={application.pk}" in text


def test_refused_keys_lead_to_their_application(operator: Client, application: Application) -> None:
    opened_at = timezone.now() - timedelta(minutes=6)
    Pace.objects.create(
        application=application, action="CreateCloudRecording", opened_at=opened_at, code="AuthFailure.SecretIdNotFound"
    )
    text = page(operator)

    assert "For 6 minutes the vendor has refused the keys of school for CreateCloudRecording" in text
    assert reverse("admin:applications_application_change", args=[application.pk]) in text


def test_a_signed_callback_that_was_not_understood_is_told(operator: Client, application: Application) -> None:
    Quarantined.objects.create(
        application=application, family="trtc", why="unreadable", is_authentic=True, body=b"", size=0, digest="d",
        received_at=timezone.now(),
    )  # fmt: skip

    assert "1 callback of the last day was signed by the vendor and could not be read." in page(operator)


def test_missing_migrations_are_named_and_nothing_else_is_read(
    operator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("operations.admin.dashboard.missing_migrations", lambda: ["recordings.0099_tomorrow"])
    text = page(operator)

    assert "The database lacks recordings.0099_tomorrow" in text
    assert "Requests are not served" in text


def test_who_may_not_see_recordings_is_told_nothing(application: Application) -> None:
    make_recording(application)
    user = User.objects.create_user("clerk", is_staff=True)
    client = Client()
    client.force_login(user)
    assert "school" not in page(client)

    user.user_permissions.add(Permission.objects.get(codename="view_recording"))
    assert "1 recording of school" in page(client)


def test_a_thousand_applications_make_no_longer_page_and_no_more_queries(
    operator: Client, application: Application
) -> None:
    def queries() -> int:
        page(operator)
        with CaptureQueriesContext(connection) as captured:
            page(operator)
        return len(captured)

    make_recording(application, 99)
    few = queries()
    for number in range(30):
        made = Application.objects.create(name=f"app-{number}", sdk_app_id=1500000000 + number)
        make_recording(made, number)

    assert queries() == few
    assert page(operator).count("wait") < 15
    assert "21 more like these." in page(operator)


def test_the_list_of_workers_says_who_fell_silent_and_changes_nothing(operator: Client) -> None:
    Worker.objects.create(host="alive", pid=1, version="1f2e")
    gone = Worker.objects.create(host="gone", pid=2, beat_at=Now() - timedelta(minutes=9))
    text = page(operator, reverse("admin:operations_worker_changelist"))

    assert text.index("alive") < text.index("gone")
    assert "silent" in text
    assert "9 minutes ago" in text
    assert operator.post(reverse("admin:operations_worker_delete", args=[gone.pk])).status_code == 403
