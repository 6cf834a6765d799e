"""Commands that set a service up, by hand or in a container's start."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from applications.models import ApiKey, Application, StorageProfile
from tests.conftest import with_key

NEEDED = {
    "APPLICATION_NAME": "school",
    "APPLICATION_SDK_APP_ID": "1400000001",
    "APPLICATION_SECRET_ID": "AKIDenv",
    "APPLICATION_SECRET_KEY": "env-secret-key",
    "APPLICATION_SDK_SECRET_KEY": "env-sdk-secret-key",
}
STORAGE = {
    "STORAGE_NAME": "classes-cos",
    "STORAGE_REGION": "ap-shanghai",
    "STORAGE_BUCKET": "classes-125",
    "STORAGE_ACCESS_KEY": "env-access-key",
    "STORAGE_SECRET_KEY": "env-storage-secret",
}


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        *NEEDED,
        *STORAGE,
        "APPLICATION_CALLBACK_KEY",
        "APPLICATION_REGION",
        "APPLICATION_ENDPOINT",
        "CALLBACK_KEY",
    ):
        monkeypatch.delenv(name, raising=False)


def run(command: str, *arguments: str) -> str:
    out = StringIO()
    call_command(command, *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_an_application_can_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (NEEDED | STORAGE | {"APPLICATION_CALLBACK_KEY": "env-callback-key"}).items():
        monkeypatch.setenv(name, value)

    said = run("create_application")

    school = Application.objects.get(name="school")
    assert (school.sdk_app_id, school.secret_key) == (1400000001, "env-secret-key")
    assert school.callback_endpoints.get().current_key == "env-callback-key"
    assert school.storage_profiles.get().bucket == "classes-125"
    assert school.callback_endpoints.get().url in said
    assert "secret" not in said


@pytest.mark.django_db
def test_an_option_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in NEEDED.items():
        monkeypatch.setenv(name, value)

    said = run("create_application", "--name", "college", "--region", "ap-beijing")

    assert Application.objects.get().region == "ap-beijing"
    assert "accepts nobody" in said  # no callback key yet


@pytest.mark.django_db
def test_what_is_missing_is_named() -> None:
    with pytest.raises(CommandError, match="APPLICATION_NAME, APPLICATION_SDK_APP_ID"):
        run("create_application")


def test_if_missing_does_nothing_the_second_time(application: Application) -> None:
    said = run("create_application", "--if-missing", "--name", "school")

    assert "exists already" in said
    assert Application.objects.get().secret_key == "school-api-secret-key"


def test_without_if_missing_the_second_time_is_an_error(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in NEEDED.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(CommandError, match="name"):
        run("create_application")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrong", [{"APPLICATION_SDK_APP_ID": "x"}, {"APPLICATION_REGION": "mars"}, {"STORAGE_BUCKET": ""}]
)
def test_a_wrong_value_leaves_nothing(wrong: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (NEEDED | STORAGE | wrong).items():
        monkeypatch.setenv(name, value)

    with pytest.raises(CommandError):
        run("create_application")

    assert (Application.objects.count(), StorageProfile.objects.count()) == (0, 0)


def test_a_key_is_printed_once_and_opens_the_api(application: Application) -> None:
    plain = run("create_api_key", "school").strip()

    assert with_key(plain).get("/api/v1/recordings").status_code == 200
    key = ApiKey.objects.get()
    assert plain.partition(".")[2] not in f"{key.hashed_key}{key.pk}"


def test_a_key_has_the_scopes_it_was_given(application: Application) -> None:
    plain = run("create_api_key", "school", "--scope", "read", "--name", "dashboard").strip()

    assert ApiKey.objects.get(name="dashboard").scopes == ["read"]
    assert with_key(plain).post("/api/v1/recordings", {}).status_code == 403


def test_links_to_files_are_for_keys_that_were_given_the_scope(application: Application) -> None:
    run("create_api_key", "school")
    run("create_api_key", "school", "--scope", "files", "--name", "player")

    assert sorted(ApiKey.objects.get(name="backend").scopes) == ["read", "write"]
    assert ApiKey.objects.get(name="player").scopes == ["files"]


def test_a_key_for_nobody_names_who_there_is(application: Application) -> None:
    with pytest.raises(CommandError, match="There are: school"):
        run("create_api_key", "collage")


def test_an_endpoint_of_another_family_is_made_and_its_url_printed_last(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALLBACK_KEY", "env-callback-key")

    said = run(
        "create_callback_endpoint", "school", "gme",
        "--vendor-app-id", "42", "--quiet-seconds", "60", "--signature-variant", "post_prefix", "--trust",
    )  # fmt: skip

    endpoint = application.callback_endpoints.get(family="gme")
    assert (endpoint.vendor_app_id, endpoint.quiet_seconds, endpoint.is_trusted) == (42, 60, True)
    assert (endpoint.signature_variant, endpoint.current_key) == ("post_prefix", "env-callback-key")
    assert said.split()[-1] == endpoint.url
    assert "env-callback-key" not in said


def test_an_endpoint_without_a_key_is_said_to_accept_nobody(application: Application) -> None:
    assert "accepts nobody" in run("create_callback_endpoint", "school", "tiw")


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["collage", "gme"], "There are: school"),
        (["school", "trtc"], "already exists"),
        (["school", "css"], "vendor_app_id: .* appid"),
        (["school", "gme", "--quiet-seconds", "0"], "quiet_seconds"),
        (["school", "zoom"], "invalid choice"),
    ],
)
def test_a_wrong_endpoint_is_an_error_in_words(application: Application, arguments: list[str], problem: str) -> None:
    with pytest.raises(CommandError, match=problem):
        run("create_callback_endpoint", *arguments)

    assert application.callback_endpoints.count() == 1
