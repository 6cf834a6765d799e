"""A class of 25 for four hours: few calls, little time."""

import time

import pytest
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.s3.models import s3_backends

from recordings.files.encoding import encode_id
from recordings.states.vocabulary import FileKind
from recordings.storage.client import Bucket
from recordings.storage.folder import read_folder
from recordings.storage.place import Place
from tests.recordings.storage.cloud import BUCKET, Cloud, write_playlist

USERS, SEGMENTS = 25, 288


def test_14400_segments_are_listed_and_not_asked_for_one_by_one(
    cloud: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    inside = s3_backends[DEFAULT_ACCOUNT_ID]["aws"]  # a request for each of 14,450 objects would take a minute
    for user in range(USERS):
        for track in ("audio", "video"):
            stem = f"1400000001_1234__UserId_s_{encode_id(f'user-{user}')}__UserId_e_main_{track}"
            text, names = write_playlist(stem, segments=SEGMENTS, seconds=50)
            inside.put_object(BUCKET, f"school/task-1/{stem}.m3u8", text.encode())
            for name in names:
                inside.put_object(BUCKET, f"school/task-1/{name}", b"x")
    place = Place(
        kind="s3",
        region="us-east-1",
        bucket=BUCKET,
        access_key="k",
        secret_key="s",
        endpoint_url=cloud.address,
        prefix=("school",),
    )
    bucket = Bucket(place)

    began = time.perf_counter()
    files = read_folder(bucket, "task-1", seconds=120)
    seconds = time.perf_counter() - began

    with capsys.disabled():
        print(f"\n{USERS * 2 * SEGMENTS} segments: {bucket.requests} requests, {seconds:.1f} s")  # noqa: T201
    assert [file["kind"] for file in files] == [FileKind.HLS] * 50
    assert all(file["whole"] and file["segments"] == SEGMENTS for file in files)
    assert {file["user_id"] for file in files} == {f"user-{user}" for user in range(USERS)}
    assert bucket.requests == 15 + 50  # lists of a thousand, and the playlists
