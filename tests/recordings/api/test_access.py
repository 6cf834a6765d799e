"""Who may do what: keys, scopes, and the wall between applications."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.urls import get_resolver
from django.utils import timezone
from rest_framework.test import APIClient

from applications.models import ApiKey, Application, StorageProfile
from recordings.ids import new_recording_id
from tests.conftest import ApiClient, with_key
from tests.recordings.steps import RECORDINGS, reread, start
from tests.vendor import Fields, Vendor

METHODS = ("get", "post", "put", "patch", "delete", "options", "head")
ONE_RECORDING = ("", "/stop", "/refresh", "/timeline", "/files")
ROUTES = [
    *((RECORDINGS, method) for method in ("get", "post")),
    (f"{RECORDINGS}/validate", "post"),
    ("/api/v1/storage-profiles", "get"),
    ("/api/v1/storage-profiles", "post"),
    ("/api/v1/storage-profiles/classes-cos", "get"),
    ("/api/v1/storage-profiles/classes-cos", "patch"),
    ("/api/v1/storage-profiles/classes-cos/check", "post"),
    (f"{RECORDINGS}/{UUID(int=0)}", "get"),
    (f"{RECORDINGS}/{UUID(int=0)}", "patch"),
    (f"{RECORDINGS}/{UUID(int=0)}/stop", "post"),
    (f"{RECORDINGS}/{UUID(int=0)}/refresh", "post"),
    (f"{RECORDINGS}/{UUID(int=0)}/timeline", "get"),
    (f"{RECORDINGS}/{UUID(int=0)}/files", "get"),
    (f"{RECORDINGS}/{UUID(int=0)}/files/1/link", "get"),
    (f"{RECORDINGS}/{UUID(int=0)}/merge-plan", "get"),
    (f"{RECORDINGS}/{UUID(int=0)}/expected-names", "get"),
    (f"{RECORDINGS}/{UUID(int=0)}/revisions", "get"),
    (f"{RECORDINGS}/{UUID(int=0)}/revisions/1/picture", "get"),
    ("/api/v1/layouts/preview", "post"),
    ("/api/v1/layout-templates", "get"),
    ("/api/v1/layout-templates", "post"),
    ("/api/v1/layout-templates/classes-cos", "get"),
    ("/api/v1/layout-templates/classes-cos", "patch"),
    ("/api/v1/layout-templates/classes-cos", "delete"),
    ("/api/v1/layout-templates/classes-cos/versions", "get"),
    ("/api/v1/no-such-thing", "get"),
]


def assert_is_error(answer: Any, status: int) -> dict[str, Any]:
    """Check the one shape of errors."""
    told: dict[str, Any] = answer.json()
    assert answer.status_code == status, told
    assert told["type"] in ("validation_error", "client_error", "server_error")
    assert told["errors"]
    for error in told["errors"]:
        assert set(error) == {"code", "detail", "attr"}
        assert error["code"]
        assert error["detail"]
    assert set(told) <= {"type", "errors", "fault", "vendor", "recording", "version", "state"}
    return told


@pytest.mark.parametrize(("path", "method"), ROUTES)
def test_nobody_gets_in_without_a_key(path: str, method: str, application: Application) -> None:
    answer = getattr(APIClient(), method)(path)

    told = assert_is_error(answer, 401)
    assert told["errors"][0]["code"] == "not_authenticated"
    assert answer["WWW-Authenticate"] == "Api-Key"


HEADERS = {
    "another scheme": "Bearer abc",
    "no key": "Api-Key ",
    "nothing": "",
    "garbage": "Api-Key garbage",
    "dots": "Api-Key ....",
    "not ASCII": "Api-Key schlüssel.größer",
    "NUL": "Api-Key abc\0def.ghi",
    "long": "Api-Key " + "x" * 10_000,
    "control": "Api-Key a\x01.b",
}


@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS.keys())
def test_what_is_no_key_opens_nothing(header: str, application: Application) -> None:
    client = APIClient(raise_request_exception=False)
    client.credentials(HTTP_AUTHORIZATION=header)

    assert_is_error(client.get(RECORDINGS), 401)


@pytest.mark.parametrize("column", [{"revoked": True}, {"expiry_date": timezone.now() - timedelta(seconds=1)}])
def test_a_key_that_was_taken_back_is_like_none(
    column: dict[str, Any], api: APIClient, api_key: tuple[ApiKey, str]
) -> None:
    ApiKey.objects.filter(pk=api_key[0].pk).update(**column)

    revoked = assert_is_error(api.get(RECORDINGS), 401)
    unknown = assert_is_error(with_key("abcdefgh.unknown").get(RECORDINGS), 401)
    assert revoked == unknown


def test_a_key_with_the_right_beginning_is_not_enough(api_key: tuple[ApiKey, str]) -> None:
    prefix = api_key[1].partition(".")[0]

    assert_is_error(with_key(f"{prefix}.wrong").get(RECORDINGS), 401)


WRITES = [
    (path, method)
    for path, method in ROUTES
    if method in ("post", "patch", "delete") and path != "/api/v1/layouts/preview"  # it stores nothing
]


@pytest.mark.parametrize(("path", "method"), WRITES)
def test_a_key_that_reads_cannot_write(
    path: str, method: str, application: Application, storage_profile: StorageProfile, client_for: ApiClient
) -> None:
    told = assert_is_error(getattr(client_for(application, "read"), method)(path, {}), 403)

    assert told["errors"][0]["code"] == "permission_denied"


@pytest.mark.parametrize(("path", "method"), [route for route in ROUTES if route[1] == "get"])
def test_a_key_that_writes_cannot_read(
    path: str, method: str, application: Application, storage_profile: StorageProfile, client_for: ApiClient
) -> None:
    assert_is_error(client_for(application, "write").get(path), 403)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("part", ONE_RECORDING)
def test_another_applications_recording_is_as_absent(
    part: str,
    method: str,
    *,
    api: APIClient,
    vendor: Vendor,
    body: Fields,
    other_application: Application,
    client_for: ApiClient,
) -> None:
    recording = start(api, body)
    calls = len(vendor.calls)
    stranger = client_for(other_application)
    tag = {"If-Match": "*"}

    theirs = getattr(stranger, method)(f"{RECORDINGS}/{recording.pk}{part}", {}, headers=tag)
    absent = getattr(stranger, method)(f"{RECORDINGS}/{new_recording_id()}{part}", {}, headers=tag)

    assert (theirs.status_code, theirs.content) == (absent.status_code, absent.content)
    assert theirs.status_code in ((404, 405) if method != "options" else (200,))
    assert reread(recording).version == recording.version
    assert len(vendor.calls) == calls


@pytest.mark.parametrize("method", ["get", "patch"])
def test_another_applications_profile_is_as_absent(method: str, api: APIClient, other_application: Application) -> None:
    answer = getattr(api, method)("/api/v1/storage-profiles/wards-cos", {"region": "x"})

    assert_is_error(answer, 404)
    assert other_application.storage_profiles.get().region == "ap-shanghai"


def test_every_route_of_the_api_is_in_the_matrix() -> None:
    """A new route has to be added to ROUTES, and so to these tests."""
    parts = {str(UUID(int=0)): "<uuid:recording_id>", "classes-cos": "<slug:name>"}
    parts |= {"/files/1/": "/files/<int:file_id>/", "/1/": "/<int:number>/"}
    known = set()
    for path, _ in ROUTES:
        for example, part in parts.items():
            path = path.replace(example, part)  # noqa: PLW2901 - the same path, as its pattern
        known.add(path)
    prefix = "/api/v1/"
    found = {
        prefix + str(pattern.pattern)
        for resolver in get_resolver().url_patterns
        if str(resolver.pattern) == "api/v1/" and hasattr(resolver, "url_patterns")
        for pattern in resolver.url_patterns
    }
    assert found <= known


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        (RECORDINGS, "delete", 405),
        ("/api/v1/nothing", "get", 404),
        ("/api/v1/", "get", 404),
        (f"{RECORDINGS}/not-a-uuid", "get", 404),
        (f"{RECORDINGS}/", "post", 404),
        (f"{RECORDINGS}/{UUID(int=1)}", "get", 404),
    ],
)
def test_errors_have_one_shape(path: str, method: str, status: int, api: APIClient) -> None:
    assert_is_error(getattr(api, method)(path), status)


def test_an_unknown_media_type_is_refused_in_the_one_shape(api: APIClient) -> None:
    assert_is_error(api.post(RECORDINGS, b"a=b", content_type="application/x-www-form-urlencoded"), 415)


def test_an_answer_nobody_can_give_is_refused_in_the_one_shape(api: APIClient) -> None:
    assert_is_error(api.get(RECORDINGS, headers={"Accept": "text/csv"}), 406)


def test_the_unexpected_is_a_loud_500_without_its_words(
    api: APIClient, vendor: Vendor, body: Fields, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("recordings.services.start.open_ledger", lambda **_kwargs: 1 / 0)

    told = assert_is_error(api.post(RECORDINGS, body), 500)

    assert "zero" not in str(told)
    assert any("ZeroDivisionError" in str(record.exc_info) for record in caplog.records)
