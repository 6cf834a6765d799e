"""Names of recorded files, as the vendor writes them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recordings.files.encoding import decode_id, encode_id, quote_key
from recordings.files.names import FileName, RoomIdType, build_name, parse_name

AWKWARD_IDS = [
    "",
    "a_b",
    "x__UserId_e_main",
    "__UserId_s_",
    "a/b",
    "a+b",
    "a=b",
    "a?b",
    "~~~",
    "?>?",
    "张三",
    "😀👩‍👩‍👧",
    "\x00",
    "1",
]

# (name, what it says); integer rooms unless it says otherwise.
NAMES = [
    (
        "a/b/T./1400123456_12345__UserId_s_MTY4NjExOQ..__UserId_e_main_audio.m3u8",
        {"prefix": ("a", "b"), "task_id": "T.", "user_id": "1686119", "media_id": "main", "track_type": "audio"},
    ),
    (
        "1400123456_12345__UserId_s_MTY4NjExOQ..__UserId_e_main_video_20330531094551825.ts",
        {"user_id": "1686119", "track_type": "video", "started_ms": 2_001_145_551_825},
    ),
    ("1400123456_12345_20260120113037408.ts", {"user_id": None, "started_ms": 1_768_908_637_408}),
    ("T./1400123456_12345_2.mp4", {"task_id": "T.", "index": 2, "user_id": None}),
    ("1400123456_12345.aac", {"extension": "aac", "index": None}),
    ("1_2__UserId_s_YWJj__UserId_e_aux_1.mp4", {"sdk_app_id": 1, "room_id": "2", "media_id": "aux", "index": 1}),
    ("ha3_1400123456_12345.m3u8", {"recovery": 3}),
    ("ha1_1_2__UserId_s_fn5+__UserId_e_aux_video_20260120113037408.ts", {"recovery": 1, "user_id": "~~~"}),
    ("1_2__UserId_s_dXNlcjE.__UserId_e_main_audio_video.m3u8", {"user_id": "user1", "track_type": "audio_video"}),
    ("1_2_UserId_s_5byg5LiJ_UserId_e_main.mp4", {"user_id": "张三", "separator": "_"}),
    (
        "lesson_7-a__UserDefine_u_1_2__UserId_s_Pz4-__UserId_e_main.mp4",
        {"record_id": "lesson_7-a", "sdk_app_id": 1, "user_id": "?>?"},
    ),
    ("1400123456_cm9vbV8zNjY..m3u8", {"room_id": "room_366", "room_id_type": "string"}),
    (
        "-gC+T./1400123456_cm9vbV8zNjY.__UserId_s_fn5+__UserId_e_main_1.aac",
        {"room_id": "room_366", "room_id_type": "string", "task_id": "-gC+T.", "user_id": "~~~", "index": 1},
    ),
]


@pytest.mark.parametrize(("name", "said"), NAMES)
def test_a_name_is_read_and_written_back_exactly(name: str, said: dict[str, object]) -> None:
    read = parse_name(name)

    assert read is not None
    assert {key: getattr(read, key) for key in said} == said
    assert build_name(read) == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "notes.txt",
        "1400123456.m3u8",
        "1400123456_12345.m3u8\n",
        "١٤_12345.m3u8",
        "1400123456_12345_20261320113037408.ts",  # month 13
        "1400123456_12345_00000000000000000.ts",
        "1400123456_12345_0.mp4",
        "1400123456_12345_1.m3u8",
        "ha4_1400123456_12345.m3u8",
        "1400123456_12345__UserId_s_YWJ__UserId_e_main_audio.m3u8",  # no Base64
        "1400123456_12345__UserId_s_YWK.__UserId_e_main_audio.m3u8",  # another spelling of `YW` with bits to spare
        "1400123456_12345__UserId_s_-..__UserId_e_main_audio.m3u8",
        "1400123456_12345__UserId_s_YWJj__UserId_e_side_audio.m3u8",
        "1400123456_12345__UserId_s_YWJj_UserId_e_main.mp4",  # one underscore and two
    ],
)
def test_what_the_vendor_does_not_write_is_no_name(name: str) -> None:
    assert parse_name(name) is None


def test_the_caller_says_which_kind_of_room_it_is() -> None:
    """`1400` is an integer room, or what encodes a string: the name alone does not tell."""
    name = "7_1400.m3u8"
    as_integer, as_string = parse_name(name, room_id_type="integer"), parse_name(name, room_id_type="string")

    assert as_integer is not None
    assert as_string is not None
    assert (as_integer.room_id, as_string.room_id) == ("1400", "\u05cd4")
    assert build_name(as_integer) == build_name(as_string) == name
    assert parse_name("7_cm9vbV8zNjY..m3u8", room_id_type="integer") is None
    assert parse_name("7_12345.m3u8", room_id_type="string") is None


USERS = st.one_of(st.sampled_from(AWKWARD_IDS), st.text())
FOLDER = st.text("abcXYZ019_-", min_size=1, max_size=12)
TASK = st.text("abcXYZ019+-.", min_size=1, max_size=84).filter(lambda task: task not in {".", ".."})
ROOMS = st.one_of(
    st.tuples(st.integers(1, 2**32 - 1).map(str), st.just("integer")),
    st.tuples(st.one_of(st.sampled_from(AWKWARD_IDS[1:]), st.text(min_size=1)), st.just("string")),
)
TAILS = st.one_of(
    st.tuples(st.just("m3u8"), st.none(), st.none()),
    st.tuples(st.just("ts"), st.integers(0, 4_102_444_800_000), st.none()),
    st.tuples(st.sampled_from(["mp4", "aac"]), st.none(), st.one_of(st.none(), st.integers(1, 99))),
)


@st.composite
def file_names(draw: st.DrawFn) -> FileName:
    room_id, room_id_type = draw(ROOMS)
    kind: RoomIdType = "integer" if room_id_type == "integer" else "string"
    extension, started_ms, index = draw(TAILS)
    user_id = draw(st.one_of(st.none(), USERS))
    is_single = user_id is not None
    has_task = draw(st.booleans())
    return FileName(
        sdk_app_id=draw(st.integers(1, 2**32 - 1)),
        room_id=room_id,
        room_id_type=kind,
        extension=extension,
        user_id=user_id,
        media_id=draw(st.sampled_from(["main", "aux"])) if is_single else "",
        track_type=draw(st.sampled_from(["", "audio", "video", "audio_video"])) if is_single else "",
        started_ms=started_ms,
        index=index,
        recovery=draw(st.integers(0, 3)),
        prefix=tuple(draw(st.lists(FOLDER, max_size=3))) if has_task else (),
        task_id=draw(TASK) if has_task else "",
        record_id=draw(st.one_of(st.just(""), FOLDER)),
        separator=draw(st.sampled_from(["__", "_"])) if is_single else "__",
    )


@given(file_names())
def test_every_name_survives_the_round_trip(name: FileName) -> None:
    assert parse_name(build_name(name), room_id_type=name.room_id_type) == name


@given(USERS)
def test_every_id_survives_its_encoding(plain: str) -> None:
    encoded = encode_id(plain)

    assert decode_id(encoded) == plain
    assert not set(encoded) & set("/=_ ?")


def test_keys_are_quoted_for_urls() -> None:
    """A bare plus is a space to some servers."""
    assert (
        quote_key("a/-gC+T./1_2__UserId_s_fn5+__UserId_e_main.mp4")
        == "a/-gC%2BT./1_2__UserId_s_fn5%2B__UserId_e_main.mp4"
    )
