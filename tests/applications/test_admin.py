"""The admin of applications and API keys: secrets go in and never come out."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from rest_framework_api_key.models import APIKey

from applications.models import ApiKey, Application, CallbackEndpoint, StorageProfile
from applications.services import create_api_key, create_application
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
    """Return what the browser posts when an operator changes nothing but *changes*."""
    endpoint, profile = application.callback_endpoints.get(), application.storage_profiles.get()
    return {
        "name": application.name,
        "sdk_app_id": application.sdk_app_id,
        "region": application.region,
        "endpoint": application.endpoint,
        "secret_id": "",
        "secret_key": "",
        "sdk_secret_key": "",
        "callback_endpoints-TOTAL_FORMS": 1,
        "callback_endpoints-INITIAL_FORMS": 1,
        "callback_endpoints-0-id": endpoint.pk,
        "callback_endpoints-0-application": application.pk,
        "callback_endpoints-0-family": "trtc",
        "callback_endpoints-0-current_key": "",
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
    assert school.callback_endpoints.get().keys == (f"{CANARY}-callback",)


def test_a_new_secret_replaces_the_stored_one(admin_client: Client, school: Application) -> None:
    changes = {"secret_key": "new", "storage_profiles-0-secret_key": "new-too"}

    admin_client.post(page_of(school), form_of(school, **changes))

    school.refresh_from_db()
    assert (school.secret_key, school.secret_id) == ("new", f"{CANARY}-id")
    assert StorageProfile.objects.get().secret_key == "new-too"


def test_a_new_callback_key_keeps_the_old_one_for_the_rotation(admin_client: Client, school: Application) -> None:
    admin_client.post(page_of(school), form_of(school, **{"callback_endpoints-0-current_key": "new"}))
    assert CallbackEndpoint.objects.get().keys == ("new", f"{CANARY}-callback")

    admin_client.post(page_of(school), form_of(school, **{"callback_endpoints-0-forget_previous_key": "on"}))
    assert CallbackEndpoint.objects.get().keys == ("new",)


def test_the_callback_url_is_there_to_copy(admin_client: Client, school: Application) -> None:
    html = admin_client.get(page_of(school)).text

    assert school.callback_endpoints.get().url in html
    assert "Callback configuration" in html


def test_an_application_can_be_made(admin_client: Client) -> None:
    fields = {"name": "new", "sdk_app_id": 7, "region": "ap-beijing", "endpoint": "trtc.tencentcloudapi.com"}
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
