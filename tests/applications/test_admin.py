"""The admin of applications and API keys: secrets go in and never come out."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from rest_framework_api_key.models import APIKey

from applications.models import ApiKey, Application, StorageProfile
from applications.services import ROTATION_TIME, create_api_key, create_application, create_callback_endpoint
from callbacks.keyring import find_ring, forget_rings
from recordings.ids import new_recording_id, robot_name
from recordings.models import Recording

pytestmark = pytest.mark.django_db
CANARY = "canary-secret"


@pytest.fixture
def school() -> Application:
    return create_application(
        fields={
            "name": "school",
            "sdk_app_id": 1400000001,
            "secret_id": f"{CANARY}-id",
            "secret_key": f"{CANARY}-key",
            "sdk_secret_key": f"{CANARY}-sdk",
        },
        callback_key=f"{CANARY}-callback",
        storage={
            "name": "classes",
            "region": "ap-shanghai",
            "bucket": "classes-125",
            "access_key": f"{CANARY}-access",
            "secret_key": f"{CANARY}-storage",
        },
    )


def form_of(application: Application, **changes: Any) -> dict[str, Any]:
    """Return what the browser posts when an operator changes nothing but *changes*"""
    endpoint, profile = application.callback_endpoints.get(), application.storage_profiles.get()
    return {
        "name": application.name,
        "sdk_app_id": application.sdk_app_id,
        "region": application.region,
        "endpoint": application.endpoint,
        "secret_id": "",
        "secret_key": "",
        "sdk_secret_key": "",
        "task_limit": application.task_limit,
        "requests_per_second": application.requests_per_second,
        "callback_endpoints-TOTAL_FORMS": 1,
        "callback_endpoints-INITIAL_FORMS": 1,
        "callback_endpoints-0-id": endpoint.pk,
        "callback_endpoints-0-application": application.pk,
        "callback_endpoints-0-family": "trtc",
        "callback_endpoints-0-vendor_app_id": "",
        "callback_endpoints-0-current_key": "",
        "callback_endpoints-0-signature_variant": "",
        "callback_endpoints-0-quiet_seconds": "",
        "storage_profiles-TOTAL_FORMS": 1,
        "storage_profiles-INITIAL_FORMS": 1,
        "storage_profiles-0-id": profile.pk,
        "storage_profiles-0-application": application.pk,
        "storage_profiles-0-name": profile.name,
        "storage_profiles-0-kind": profile.kind,
        "storage_profiles-0-region": profile.region,
        "storage_profiles-0-bucket": profile.bucket,
        "storage_profiles-0-access_key": "",
        "storage_profiles-0-secret_key": "",
        "storage_profiles-0-file_name_prefix": "",
        "storage_profiles-0-tencent_vod": "{}",
        **changes,
    }


def page_of(application: Application) -> str:
    return reverse("admin:applications_application_change", args=[application.pk])


def record(application: Application, **columns: Any) -> Recording:
    """Store a recording's row; how it got there is no matter here."""
    pk = new_recording_id()
    recording: Recording = Recording.objects.create(
        pk=pk, application=application, room_id="1", room_id_type="integer", robot_user_id=robot_name(pk), **columns
    )
    return recording


LIVE = {"state": "recording", "deadline_at": "2030-01-01T00:00Z", "next_check_at": "2030-01-01T00:00Z"}
OVER = {"state": "completed", "ended_at": "2020-01-01T00:00Z"}


def test_no_page_shows_a_secret(admin_client: Client, school: Application) -> None:
    """Not the form, not the list, not the history, not the page before a deletion."""
    pages = [page_of(school), reverse("admin:applications_application_changelist")]
    pages += [reverse(f"admin:applications_application_{name}", args=[school.pk]) for name in ("history", "delete")]
    for page in pages:
        response = admin_client.get(page)
        assert response.status_code == 200
        assert CANARY not in response.text


def test_a_secret_that_is_refused_is_not_sent_back(admin_client: Client, school: Application) -> None:
    typed = form_of(school, name="not a slug", secret_key=f"{CANARY}-typed")

    response = admin_client.post(page_of(school), typed)

    assert response.status_code == 200
    assert CANARY not in response.text


def test_who_may_only_look_sees_no_secret(client: Client, school: Application) -> None:
    """A page without the permission to change prints its values as text; secrets are left out of it."""
    viewer = User.objects.create_user("viewer", is_staff=True)
    viewer.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    client.force_login(viewer)

    response = client.get(page_of(school))

    assert response.status_code == 200
    assert "school" in response.text
    assert CANARY not in response.text


def test_a_set_secret_says_so(admin_client: Client, school: Application) -> None:
    school.sdk_secret_key = ""
    school.save()

    html = admin_client.get(page_of(school)).text

    assert html.count("set — leave empty to keep") == 5
    assert "not set" in html


def test_empty_secrets_keep_the_stored_ones(admin_client: Client, school: Application) -> None:
    response = admin_client.post(page_of(school), form_of(school, region="ap-beijing"))

    assert response.status_code == 302
    school.refresh_from_db()
    assert (school.region, school.secret_key) == ("ap-beijing", f"{CANARY}-key")
    assert school.storage_profiles.get().secret_key == f"{CANARY}-storage"
    assert accepted(school) == (f"{CANARY}-callback",)


def test_a_new_secret_replaces_the_stored_one(admin_client: Client, school: Application) -> None:
    changes = {"secret_key": "new", "storage_profiles-0-secret_key": "new-too"}

    admin_client.post(page_of(school), form_of(school, **changes))

    school.refresh_from_db()
    assert (school.secret_key, school.secret_id) == ("new", f"{CANARY}-id")
    assert StorageProfile.objects.get().secret_key == "new-too"


# --- two people on one page


def opened(client: Client, application: Application) -> dict[str, Any]:
    """Return what the page carries of what its rows were when it was opened."""
    html = client.get(page_of(application)).text
    fields = re.findall(r'<input type="hidden" name="([a-z_0-9-]*seen)" value="(\w+)"', html)
    assert len(fields) == 3
    return dict(fields)


def test_who_saves_last_does_not_undo_what_the_other_saved(admin_client: Client, school: Application) -> None:
    page = opened(admin_client, school)
    other = Client()
    other.force_login(User.objects.create_superuser("other"))
    assert other.post(page_of(school), form_of(school, task_limit=77) | opened(other, school)).status_code == 302

    answer = admin_client.post(page_of(school), form_of(school, task_limit=100, requests_per_second=7) | page)

    saved = LogEntry.objects.get()
    assert answer.status_code == 200
    assert "“school” was changed since you opened this page. Nothing is stored: open it anew." in answer.text
    assert f"Last saved here by other, {saved.action_time:%Y-%m-%d %H:%M:%S} UTC." in answer.text
    school.refresh_from_db()
    assert (school.task_limit, school.requests_per_second) == (77, 20)


@pytest.mark.parametrize(
    "change",
    [
        {"storage_profiles-0-bucket": "another-125"},
        {"storage_profiles-0-secret_key": "another"},
        {"callback_endpoints-0-current_key": "another"},
    ],
)
def test_rows_on_the_page_are_not_undone_either(
    change: dict[str, Any], admin_client: Client, school: Application
) -> None:
    page, before = opened(admin_client, school), form_of(school)
    admin_client.post(page_of(school), before | change | page)

    answer = admin_client.post(page_of(school), before | {"requests_per_second": 7} | page)

    assert "was changed since you opened this page" in answer.text
    school.refresh_from_db()
    assert school.requests_per_second == 20


def test_what_nobody_changed_meanwhile_is_saved(admin_client: Client, school: Application) -> None:
    """A check of storage writes into the profile's row, but nothing that the page shows as a field."""
    page = opened(admin_client, school)
    school.storage_profiles.update(preflight={"at": "2026-01-01T00:00:00Z", "trials": [], "ok": True})

    assert admin_client.post(page_of(school), form_of(school, requests_per_second=7) | page).status_code == 302
    assert "seen" not in LogEntry.objects.get().change_message


def test_what_a_page_carries_depends_on_a_key(admin_client: Client, school: Application, settings: Any) -> None:
    """So nobody who sees the page can try out secrets against it."""
    page = opened(admin_client, school)

    settings.SECRET_KEY = "x" * 50
    admin_client.force_login(User.objects.get())
    assert not set(opened(admin_client, school).values()) & set(page.values())


# --- callback endpoints


def accepted(application: Application, family: str = "trtc", **passed: float) -> tuple[str, ...]:
    """Return the keys that verify, after so much time."""
    forget_rings()
    ring = find_ring(family=family, token=application.callback_endpoints.get(family=family).token)
    return ring.keys(now=timezone.now() + timedelta(**passed))


def another(family: str, **fields: Any) -> dict[str, Any]:
    """Return what is posted for one more endpoint."""
    told = {"family": family, "current_key": "k", "vendor_app_id": "", "signature_variant": "", "quiet_seconds": ""}
    return {"callback_endpoints-TOTAL_FORMS": 2} | {
        f"callback_endpoints-1-{name}": value for name, value in (told | fields).items()
    }


def read_keys(client: Client, application: Application) -> str:
    """Return the page's text without markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", client.get(page_of(application)).text))


def test_a_new_callback_key_keeps_the_old_one_for_the_rotation(admin_client: Client, school: Application) -> None:
    admin_client.post(page_of(school), form_of(school, **{"callback_endpoints-0-current_key": "new"}))

    assert accepted(school) == ("new", f"{CANARY}-callback")
    assert accepted(school, seconds=ROTATION_TIME.total_seconds()) == ("new",)
    endpoint = school.callback_endpoints.get()
    text = read_keys(admin_client, school)
    assert f"The callback key, since {endpoint.current_key_since:%Y-%m-%d %H:%M} UTC." in text
    assert f"The previous key, until {endpoint.previous_key_until:%Y-%m-%d %H:%M} UTC." in text
    assert "refused within two seconds" in text

    admin_client.post(page_of(school), form_of(school, **{"callback_endpoints-0-forget_previous_key": "on"}))
    assert accepted(school) == ("new",)
    assert "The previous key" not in read_keys(admin_client, school)


def test_a_leaked_key_is_replaced_at_once(admin_client: Client, school: Application) -> None:
    """A new key together with the switch: the old one does not outlive the save."""
    changes = {"callback_endpoints-0-current_key": "new", "callback_endpoints-0-forget_previous_key": "on"}
    admin_client.post(page_of(school), form_of(school, **changes))

    assert accepted(school) == ("new",)


def test_the_same_key_again_is_no_rotation(admin_client: Client, school: Application) -> None:
    since = school.callback_endpoints.get().current_key_since
    admin_client.post(page_of(school), form_of(school, **{"callback_endpoints-0-current_key": f"{CANARY}-callback"}))

    assert (accepted(school), school.callback_endpoints.get().current_key_since) == ((f"{CANARY}-callback",), since)


def test_dates_that_nobody_noted_are_said_to_be_unknown(admin_client: Client, school: Application) -> None:
    """Keys that were set before dates were kept."""
    school.callback_endpoints.update(current_key_since=None, previous_key_until=None)
    endpoint = school.callback_endpoints.get()
    endpoint.previous_key = "old"
    endpoint.save()

    text = read_keys(admin_client, school)
    assert "The callback key, since an unknown time." in text
    assert "The previous key, until it is revoked." in text


def test_a_key_whose_time_is_over_is_said_to_be_out(admin_client: Client, school: Application) -> None:
    admin_client.post(page_of(school), form_of(school, **{"callback_endpoints-0-current_key": "new"}))
    school.callback_endpoints.update(previous_key_until=datetime(2026, 1, 2, 3, 4, tzinfo=UTC))

    assert "No longer the previous key: its time was over at 2026-01-02 03:04 UTC." in read_keys(admin_client, school)


def test_the_callback_url_is_there_to_copy(admin_client: Client, school: Application) -> None:
    html = admin_client.get(page_of(school)).text

    assert school.callback_endpoints.get().url in html
    assert "Callback configuration" in html


def test_an_endpoint_of_another_family_is_added(admin_client: Client, school: Application) -> None:
    changes = another("css", vendor_app_id="1250000001", is_trusted="on", quiet_seconds="60")
    assert admin_client.post(page_of(school), form_of(school, **changes)).status_code == 302

    endpoint = school.callback_endpoints.get(family="css")
    assert (endpoint.vendor_app_id, endpoint.is_trusted, endpoint.quiet_seconds) == (1250000001, True, 60)
    assert endpoint.current_key_since is not None
    assert accepted(school, "css") == ("k",)
    assert endpoint.url in admin_client.get(page_of(school)).text


@pytest.mark.parametrize(
    "wrong",
    [
        another("trtc"),  # it has one
        another("css"),  # it needs the account's number
        another("tiw", signature_variant="post_prefix"),  # GME's
        another("gme", quiet_seconds="0"),
    ],
)
def test_a_wrong_endpoint_is_not_made(admin_client: Client, school: Application, wrong: dict[str, Any]) -> None:
    assert admin_client.post(page_of(school), form_of(school, **wrong)).status_code == 200
    assert school.callback_endpoints.count() == 1


def test_a_new_endpoint_is_offered_the_families_that_have_none(admin_client: Client, school: Application) -> None:
    create_callback_endpoint(application=school, fields={"family": "gme", "current_key": "k"})
    html = admin_client.get(page_of(school)).text
    offered = html.partition('name="callback_endpoints-__prefix__-family"')[2].partition("</select>")[0]

    assert re.findall(r'<option value="(\w+)"', offered) == ["tiw", "css"]


def test_what_does_not_apply_to_a_family_cannot_be_set(admin_client: Client, school: Application) -> None:
    """TRTC signs what it says, tells its end, and signs in one way; nor does an endpoint move to another family."""
    names = {"is_trusted": "on", "quiet_seconds": "60", "signature_variant": "post_prefix", "family": "gme"}
    changes = {f"callback_endpoints-0-{name}": value for name, value in names.items()}
    assert admin_client.post(page_of(school), form_of(school, **changes)).status_code == 302

    endpoint = school.callback_endpoints.get()
    assert (endpoint.family, endpoint.is_trusted, endpoint.quiet_seconds) == ("trtc", False, None)
    assert endpoint.signature_variant == ""


# --- applications


def test_an_application_can_be_made(admin_client: Client) -> None:
    fields = {"name": "new", "sdk_app_id": 7, "region": "ap-beijing", "endpoint": "trtc.tencentcloudapi.com"}
    fields |= {"task_limit": 100, "requests_per_second": 20}
    forms = {f"{prefix}-{kind}_FORMS": 0 for prefix in ("callback_endpoints", "storage_profiles") for kind in "TI"}
    management = {name.replace("-T_", "-TOTAL_").replace("-I_", "-INITIAL_"): 0 for name in forms}

    response = admin_client.post(reverse("admin:applications_application_add"), {**fields, **management})

    assert response.status_code == 302
    assert Application.objects.get().name == "new"


@pytest.mark.parametrize(("columns", "said"), [(LIVE, "1 live recording. Stop it first"), (OVER, "history is kept")])
def test_an_application_with_recordings_is_not_deleted(
    admin_client: Client, school: Application, columns: dict[str, str], said: str
) -> None:
    record(school, **columns)

    response = admin_client.post(
        reverse("admin:applications_application_delete", args=[school.pk]), {"post": "yes"}, follow=True
    )

    assert said in response.text
    assert Application.objects.exists()


def test_an_application_without_recordings_is_deleted(admin_client: Client, school: Application) -> None:
    create_api_key(application=school, name="backend")

    admin_client.post(reverse("admin:applications_application_delete", args=[school.pk]), {"post": "yes"})

    assert not Application.objects.exists()


def test_a_storage_profile_with_recordings_is_kept(admin_client: Client, school: Application) -> None:
    record(school, storage_profile=school.storage_profiles.get(), **OVER)

    response = admin_client.post(page_of(school), form_of(school, **{"storage_profiles-0-DELETE": "on"}))

    assert response.status_code == 302
    assert StorageProfile.objects.exists()


def test_the_kind_of_a_storage_profile_stays(admin_client: Client, school: Application) -> None:
    admin_client.post(page_of(school), form_of(school, **{"storage_profiles-0-kind": "vod"}))

    assert StorageProfile.objects.get().kind == "cos"


def test_the_list_counts_live_recordings_in_one_query(
    admin_client: Client, school: Application, django_assert_max_num_queries: Any
) -> None:
    record(school, **LIVE)
    for number in range(20):
        Application.objects.create(name=f"other-{number}", sdk_app_id=number + 1)

    with django_assert_max_num_queries(6):
        html = admin_client.get(reverse("admin:applications_application_changelist")).text

    assert f"?application={school.pk}&amp;live=live" in html


# --- API keys


def test_the_plain_key_is_shown_once_and_its_hash_never(admin_client: Client, school: Application) -> None:
    typed = {"application": school.pk, "name": "backend", "scopes": ["read"], "expiry_date_0": "", "expiry_date_1": ""}
    response = admin_client.post(reverse("admin:applications_apikey_add"), typed, follow=True)

    key = ApiKey.objects.get()
    plain = next(word for word in response.text.split() if word.startswith(f"{key.prefix}.")).partition("<")[0]
    assert key.is_valid(plain)
    assert key.scopes == ["read"]
    pages = [reverse("admin:applications_apikey_changelist"), reverse("admin:index")]
    pages += [reverse(f"admin:applications_apikey_{name}", args=[key.prefix]) for name in ("change", "history")]
    pages += [page_of(school), reverse("admin:applications_application_delete", args=[school.pk])]
    for page in pages:
        html = admin_client.get(page).text
        assert key.hashed_key not in html
        assert key.hashed_key.partition("$")[2] not in html
        assert plain not in html
    assert LogEntry.objects.get().object_id == key.prefix


def test_a_key_is_revoked_after_asking(admin_client: Client, school: Application) -> None:
    key, _plain = create_api_key(application=school, name="backend")
    revoke = reverse("admin:applications_apikey_revoke", args=[key.prefix])

    asked = admin_client.get(revoke)
    key.refresh_from_db()
    assert (asked.status_code, key.revoked) == (200, False)

    admin_client.post(revoke)
    assert ApiKey.objects.get().revoked is True


def test_revoking_needs_the_permission(client: Client, school: Application) -> None:
    key, _plain = create_api_key(application=school, name="backend")
    viewer = User.objects.create_user("viewer", is_staff=True)
    viewer.user_permissions.set(Permission.objects.filter(codename="view_apikey"))
    client.force_login(viewer)

    response = client.post(reverse("admin:applications_apikey_revoke", args=[key.prefix]))

    assert response.status_code == 403
    assert ApiKey.objects.get().revoked is False


def test_a_key_cannot_be_changed_or_deleted(admin_client: Client, school: Application) -> None:
    key, _plain = create_api_key(application=school, name="backend")

    for name in ("change", "delete"):
        page = reverse(f"admin:applications_apikey_{name}", args=[key.prefix])
        assert admin_client.post(page, {"post": "yes", "name": "other"}).status_code == 403


def test_the_librarys_own_keys_are_hidden(admin_client: Client) -> None:
    assert APIKey._meta.label_lower not in admin_client.get(reverse("admin:index")).text
    assert admin_client.get("/admin/rest_framework_api_key/apikey/").status_code == 404
