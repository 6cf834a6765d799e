"""The spool and its drainer: what was acknowledged is stored, whoever dies when. Real files, real processes."""

import errno
import logging
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from itertools import chain
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from hypothesis import given, settings
from hypothesis import strategies as st

from callbacks.drain import Drainer
from callbacks.spool import Spool, SpoolFull
from callbacks.spooled import Spooled

Store = Callable[[Sequence[Spooled]], None]

# What every child process starts with; its arguments are the folder and what the test says.
PREAMBLE = """
import os, signal, sys, time
from datetime import UTC, datetime
from pathlib import Path
from callbacks.drain import Drainer
from callbacks.spool import Spool, Spooled
spool = Spool(Path(sys.argv[1]))
def item(name):
    return Spooled(family="trtc", application_id=1, body=name.encode(), received_at=datetime.now(UTC), is_late=False,
                   is_trusted=True, quiet_seconds=None)
def say(line):
    os.write(1, f"{line}\\n".encode())
"""

# Three items in each batch, so that a torn one would show.
APPEND_FOREVER = """
n = 0
while True:
    spool.append([item(f"{sys.argv[2]}/{n}/{part}") for part in "abc"])
    say(f"{sys.argv[2]}/{n}")
    n += 1
"""

APPEND_WHEN_ASKED = """
for line in sys.stdin:
    spool.append([item(line.strip())])
    say("kept")
"""

DIE_AT_STEP = """
steps = 0
def deadly(real):
    def call(*args):
        global steps
        if steps == int(sys.argv[2]):
            os.kill(os.getpid(), signal.SIGKILL)
        steps += 1
        return real(*args)
    return call
os.fsync, os.replace = deadly(os.fsync), deadly(os.replace)
spool.append([item("a"), item("b")])
os.kill(os.getpid(), signal.SIGKILL)
"""

HOLD_LOCK = """
with spool.lock() as is_ours:
    say(is_ours)
    sys.stdin.readline()
"""

# `events` has a unique constraint, as ours; `deliveries` has all that the store was given. The last argument says after
# which transaction to die; -1 is never.
DRAIN = """
import sqlite3
database = sqlite3.connect(sys.argv[2], isolation_level=None)
database.execute("PRAGMA synchronous = OFF")
database.execute("CREATE TABLE IF NOT EXISTS deliveries (name TEXT)")
database.execute("CREATE TABLE IF NOT EXISTS events (id INTEGER PRIMARY KEY, name TEXT UNIQUE)")
transactions = 0
def store(items):
    global transactions
    rows = [(item.body.decode(),) for item in items]
    database.execute("BEGIN IMMEDIATE")
    database.executemany("INSERT INTO deliveries VALUES (?)", rows)
    database.executemany("INSERT OR IGNORE INTO events (name) VALUES (?)", rows)
    database.execute("COMMIT")
    transactions += 1
    if transactions == int(sys.argv[3]):
        os.kill(os.getpid(), signal.SIGKILL)
say("ready")
Drainer(spool, store, lambda error: False).drain_once()
"""

FORK_WITH_LOCK = """
with spool.lock():
    child = os.fork()
    if child == 0:
        signal.pause()
with spool.lock() as is_ours_again:
    say(is_ours_again)
os.kill(child, signal.SIGKILL)
os.waitpid(child, 0)
"""

FORK_AND_DRAIN = """
drainer = Drainer(spool, lambda items: say(f"stored by {os.getpid()}"), lambda error: False, every_seconds=0.01)
drainer.start()
ready, go = os.pipe()
child = os.fork()
if child == 0:
    os.read(ready, 1)
    spool.append([item("a")])
    drainer.start()
    until = time.monotonic() + 5
    while not spool.is_empty() and time.monotonic() < until:
        time.sleep(0.01)
    os._exit(0)
drainer.stop()
os.write(go, b"1")
os.waitpid(child, 0)
say(f"child {child}")
"""


class Away(Exception):
    """The database does not answer."""


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    """Return a spool whose folder is not there yet."""
    return Spool(tmp_path / "spool")


def make_item(name: str = "a", *, quiet_seconds: int | None = None) -> Spooled:
    """Return a callback whose body is its name."""
    return Spooled(
        family="trtc",
        application_id=1,
        body=name.encode(),
        received_at=datetime(2024, 5, 1, tzinfo=UTC),
        is_late=False,
        is_trusted=True,
        quiet_seconds=quiet_seconds,
    )


def append(spool: Spool, *names: str) -> None:
    """Append a batch of one for each name."""
    for name in names:
        spool.append([make_item(name)])


def names_in(items: Sequence[Spooled]) -> list[str]:
    """Return the names of items."""
    return [item.body.decode() for item in items]


def waiting(spool: Spool) -> list[str]:
    """Return the names of all items that wait, in order."""
    return [name for batch in spool.batches() for name in names_in(batch.items)]


def files_of(folder: Path) -> list[Path]:
    """Return the files right in a folder, in order of their names."""
    return sorted(path for path in folder.iterdir() if path.is_file())


def drainer_of(spool: Spool, store: Store, *, after_round: Callable[[], object] = lambda: None) -> Drainer:
    """Return a drainer for which only `Away` means that the database is away."""
    return Drainer(spool, store, lambda error: isinstance(error, Away), every_seconds=0.01, after_round=after_round)


def run(script: str, spool: Spool, *arguments: object) -> "subprocess.Popen[str]":
    """Start a process that runs a script of this module on the spool."""
    return subprocess.Popen(
        [sys.executable, "-c", PREAMBLE + script, str(spool.folder), *map(str, arguments)],
        cwd=django_settings.BASE_DIR,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def ask(process: "subprocess.Popen[str]", line: str) -> str:
    """Send a line to a process and return the one that it answers."""
    assert process.stdin is not None
    process.stdin.write(f"{line}\n")
    process.stdin.flush()
    return first_line(process)


def first_line(process: "subprocess.Popen[str]") -> str:
    """Wait for the first line of a process and return it."""
    assert process.stdout is not None
    line: str = process.stdout.readline()
    return line.strip()


# Keeping


aware_times = st.datetimes(
    min_value=datetime(1970, 1, 2),  # noqa: DTZ001 - hypothesis adds the zone
    timezones=st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes))),
)
spooled = st.builds(
    Spooled,
    family=st.text(),
    application_id=st.integers(0, 2**63),
    body=st.binary(max_size=500),
    received_at=aware_times,
    is_late=st.booleans(),
    is_trusted=st.booleans(),
    quiet_seconds=st.none() | st.integers(),
)


@settings(max_examples=50, deadline=None)
@given(
    appended=st.lists(st.lists(spooled, min_size=1, max_size=4), max_size=4),
    most_items=st.integers(1, 8),
)
def test_what_goes_in_comes_out(
    tmp_path_factory: pytest.TempPathFactory, appended: list[list[Spooled]], most_items: int
) -> None:
    spool = Spool(tmp_path_factory.mktemp("spool"))
    for items in appended:
        spool.append(items)

    batches = [list(batch.items) for batch in spool.batches(most_items=most_items)]

    assert list(chain(*batches)) == list(chain(*appended))
    assert all(len(items) <= most_items or items in appended for items in batches)


def test_two_processes_keep_one_order(spool: Spool) -> None:
    with run(APPEND_WHEN_ASKED, spool) as one, run(APPEND_WHEN_ASKED, spool) as other:
        names = [f"{n}" for n in range(40)]
        for n, name in enumerate(names):
            assert ask((one, other)[n % 3 == 0], name) == "kept"

    assert waiting(spool) == names


def test_a_clock_set_back_does_not_reorder(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([5000, 3000, 4000])
    monkeypatch.setattr(time, "time_ns", lambda: next(times))

    append(spool, "a", "b", "c")

    assert waiting(spool) == ["a", "b", "c"]


def test_a_file_has_its_name_only_once_it_is_on_disk(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    append(spool, "makes the folders")
    steps: list[str] = []
    fsync, replace = os.fsync, os.replace

    def spy_fsync(descriptor: int) -> None:
        target = Path(os.readlink(f"/proc/self/fd/{descriptor}"))
        steps.append("sync folder" if target == spool.folder else f"sync {target.stat().st_size > 0}")
        fsync(descriptor)

    def spy_replace(source: Path, target: Path) -> None:
        steps.append("rename")
        replace(source, target)

    monkeypatch.setattr(os, "fsync", spy_fsync)
    monkeypatch.setattr(os, "replace", spy_replace)
    append(spool, "a")

    assert steps == ["sync True", "rename", "sync folder"]


def test_the_folders_are_on_disk_before_the_first_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[Path] = []
    monkeypatch.setattr(os, "fsync", lambda fd: synced.append(Path(os.readlink(f"/proc/self/fd/{fd}"))))
    folder = tmp_path / "var" / "spool"

    append(Spool(folder), "a")

    assert synced[:3] == [tmp_path, tmp_path / "var", folder]


def test_nobody_else_may_read(spool: Spool) -> None:
    mask = os.umask(0)
    try:
        append(spool, "a")
    finally:
        os.umask(mask)

    paths = [spool.folder, spool.refused, *files_of(spool.folder)]
    assert [oct(path.stat().st_mode & 0o777) for path in paths] == ["0o700", "0o700", "0o600"]


def test_nothing_to_keep_is_no_file(spool: Spool) -> None:
    spool.append([])

    assert spool.is_empty()
    assert spool.size() == (0, 0)


def test_the_size_is_that_of_the_files(spool: Spool) -> None:
    append(spool, "a", "b")

    assert spool.size() == (2, sum(file.stat().st_size for file in files_of(spool.folder)))
    assert not spool.is_empty()


def test_only_the_first_of_an_outage_is_a_warning(spool: Spool, caplog: pytest.LogCaptureFixture) -> None:
    append(spool, "a", "b")
    append(Spool(spool.folder), "c")
    assert [record.message for record in caplog.records] == ["callbacks_spooled"]

    drainer_of(spool, lambda items: None).drain_once()
    append(spool, "d")

    assert [record.message for record in caplog.records].count("callbacks_spooled") == 2


# Dying


def test_what_was_acknowledged_survives_kill_9(spool: Spool) -> None:
    """Twenty four writers, four at a time, killed anywhere; no batch is lost, torn or doubled."""
    acknowledged: list[str] = []
    for round_number in range(6):
        writers = [run(APPEND_FOREVER, spool, f"{round_number}.{n}") for n in range(4)]
        for writer in writers:
            acknowledged.append(first_line(writer))
        for writer in writers:
            time.sleep(random.uniform(0, 0.02))
            writer.kill()
            acknowledged += writer.communicate()[0].splitlines()

    found = waiting(spool)

    assert {f"{name}/{part}" for name in acknowledged for part in "abc"} <= set(found)
    assert len(found) == len(set(found))
    assert [name[-1] for name in found] == ["a", "b", "c"] * (len(found) // 3)
    assert spool.size(refused=True) == (0, 0)


@pytest.mark.parametrize(("step", "is_kept"), [(0, False), (1, False), (2, True), (3, True)])
def test_death_at_any_step_leaves_all_or_nothing(spool: Spool, step: int, is_kept: bool) -> None:
    """Killed before syncing the file, before renaming, before syncing the folder, and after."""
    append(spool, "before")
    with run(DIE_AT_STEP, spool, step) as process:
        assert process.wait() == -signal.SIGKILL
    append(spool, "after")

    assert waiting(spool) == ["before", *(["a", "b"] if is_kept else []), "after"]


def test_leftovers_of_the_dead_are_removed(spool: Spool) -> None:
    with run(DIE_AT_STEP, spool, 5) as process:
        process.wait()
    with run(DIE_AT_STEP, spool, 0) as process:
        process.wait()
    (leftover,) = spool.folder.glob("*.unfinished")
    assert waiting(spool) == ["a", "b"]
    assert leftover.exists(), "its writer may be alive"

    os.utime(leftover, (time.time() - 61,) * 2)

    assert waiting(spool) == ["a", "b"]
    assert not leftover.exists()


def test_whoever_dies_while_draining_loses_and_doubles_nothing(spool: Spool, tmp_path: Path) -> None:
    """Killed anywhere, and between storing and removing; the unique constraint makes of twice once."""
    names = [f"{n}/{part}" for n in range(300) for part in range(8)]
    for n in range(0, len(names), 8):
        spool.append([make_item(name) for name in names[n : n + 8]])
    database = tmp_path / "stored.sqlite"
    for dies_after in [-1, 1, -1, 2, -1, 3] * 2:
        with run(DRAIN, spool, database, dies_after) as process:
            first_line(process)
            if dies_after < 0:
                time.sleep(random.uniform(0, 0.008))
                process.kill()

    with run(DRAIN, spool, database, -1) as process:
        assert process.wait() == 0

    with closing(sqlite3.connect(database)) as connection:
        delivered = [row[0] for row in connection.execute("SELECT name FROM deliveries")]
        events = [row[0] for row in connection.execute("SELECT name FROM events ORDER BY id")]
    assert len(delivered) > len(names), "nobody died between the two"
    assert set(delivered) == set(names)
    assert events == names
    assert spool.is_empty()


# Limits


def test_full_by_files_refuses(tmp_path: Path) -> None:
    spool = Spool(tmp_path, most_files=2)
    append(spool, "a", "b")

    with pytest.raises(SpoolFull, match="2 files"):
        append(spool, "c")

    assert waiting(spool) == ["a", "b"]
    assert len(files_of(tmp_path)) == 2


def test_full_by_bytes_refuses(tmp_path: Path) -> None:
    spool = Spool(tmp_path, most_bytes=1500)
    append(spool, "a")

    with pytest.raises(SpoolFull):
        append(spool, "b" * 1500)
    append(spool, "c")
    with pytest.raises(SpoolFull):
        append(spool, *"defghi")

    assert waiting(spool)[:2] == ["a", "c"]
    assert spool.size()[1] <= 1500
    assert len(files_of(tmp_path)) == spool.size()[0]


def test_limits_are_for_all_processes_and_room_comes_back(tmp_path: Path) -> None:
    one, other = Spool(tmp_path, most_files=2), Spool(tmp_path, most_files=2)
    append(one, "a")
    append(other, "b")
    with pytest.raises(SpoolFull):
        append(other, "c")

    drainer_of(one, lambda items: None).drain_once()
    time.sleep(1.05)

    append(other, "d")
    assert waiting(other) == ["d"]


def test_what_was_refused_takes_its_room(tmp_path: Path) -> None:
    """It was acknowledged: a flood of it closes the spool rather than being thrown away."""
    spool = Spool(tmp_path, most_files=1)
    append(spool, "a")
    next(spool.batches()).set_aside("a test")

    with pytest.raises(SpoolFull):
        append(Spool(tmp_path, most_files=1), "b")


@pytest.mark.parametrize(
    ("number", "expected"), [(errno.ENOSPC, SpoolFull), (errno.EDQUOT, SpoolFull), (errno.EIO, OSError)]
)
@pytest.mark.parametrize("step", ["fsync", "replace", "open"])
def test_a_failing_disk_keeps_nothing(
    spool: Spool, monkeypatch: pytest.MonkeyPatch, step: str, number: int, expected: type[OSError]
) -> None:
    append(spool, "a")

    def fail(*args: object) -> None:
        raise OSError(number, "the disk")

    with monkeypatch.context() as patch:
        patch.setattr(os, step, fail)
        with pytest.raises(OSError, match="disk") as caught:
            append(spool, "b")

    assert type(caught.value) is expected
    assert len(files_of(spool.folder)) == 1
    append(spool, "c")
    assert waiting(spool) == ["a", "c"]


# Files that are no batches


def cut_off(data: bytes) -> bytes:
    return data[: len(data) // 2]


def flip_a_bit(data: bytes) -> bytes:
    return data[:-10] + bytes([data[-10] ^ 1]) + data[-9:]


def empty(data: bytes) -> bytes:
    return b""


def foreign(data: bytes) -> bytes:
    return b"\xff\x00 somebody else's\n{}"


@pytest.mark.parametrize("damage", [cut_off, flip_a_bit, empty, foreign])
def test_a_damaged_file_blocks_nothing(
    spool: Spool, damage: Callable[[bytes], bytes], caplog: pytest.LogCaptureFixture
) -> None:
    append(spool, "a", "b", "c")
    file = files_of(spool.folder)[1]
    damaged = damage(file.read_bytes())
    file.write_bytes(damaged)

    assert waiting(spool) == ["a", "c"]

    assert (spool.refused / file.name).read_bytes() == damaged
    assert caplog.records[-1].message == "spool_set_aside"
    assert caplog.records[-1].levelno == logging.ERROR


def test_files_of_others_are_left_alone(spool: Spool) -> None:
    append(spool, "a")
    (spool.folder / "README").write_text("not ours")
    (spool.folder / "lost+found").mkdir()

    assert waiting(spool) == ["a"]
    assert (spool.folder / "README").exists()


def test_a_folder_named_like_a_batch_blocks_nothing(spool: Spool) -> None:
    append(spool, "a")
    (spool.folder / "000.batch").mkdir()

    assert waiting(spool) == ["a"]


def test_of_damaged_files_alone_there_is_no_batch(spool: Spool) -> None:
    append(spool, "a")
    files_of(spool.folder)[0].write_bytes(b"")

    assert list(spool.batches()) == []


def test_a_batch_of_a_newer_version_waits_in_refused(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("callbacks.spooled.asdict", lambda item: {"unheard_of": 1})
        append(spool, "a")
    append(spool, "b")

    assert waiting(spool) == ["b"]
    assert spool.size(refused=True)[0] == 1


def test_out_of_file_handles_is_no_fault_of_the_file(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    append(spool, "a")

    def fail(path: Path) -> bytes:
        raise OSError(errno.EMFILE, "too many open files")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", fail)
        with pytest.raises(OSError, match="too many"):
            waiting(spool)

    assert waiting(spool) == ["a"]


def test_a_file_that_another_removed_meanwhile_is_passed_over(spool: Spool) -> None:
    append(spool, "a", "b", "c")
    batches = spool.batches(most_items=1)
    first = next(batches)
    files_of(spool.folder)[2].unlink()

    assert names_in(first.items) == ["a"]
    assert [names_in(batch.items) for batch in batches] == [["b"]]


# Draining


def test_draining_stores_in_order_and_empties(spool: Spool, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    names = [f"{n}" for n in range(150)]
    append(spool, *names)
    stored: list[list[str]] = []

    number = drainer_of(spool, lambda items: stored.append(names_in(items))).drain_once()

    assert number == 150
    assert [len(batch) for batch in stored] == [64, 64, 22]
    assert list(chain(*stored)) == names
    assert files_of(spool.folder) == []
    assert caplog.records[-1].message == "spool_drained"


def test_nothing_is_removed_before_it_is_stored(spool: Spool) -> None:
    append(spool, "a")
    seen: list[int] = []

    drainer_of(spool, lambda items: seen.append(spool.size()[0])).drain_once()

    assert seen == [1]


def test_draining_stops_while_the_database_is_away_and_goes_on_in_order(spool: Spool) -> None:
    names = [f"{n}" for n in range(200)]
    append(spool, *names)
    stored: list[str] = []
    away = iter([False, True, False, False, False])

    def store(items: Sequence[Spooled]) -> None:
        if next(away):
            raise Away
        stored.extend(names_in(items))

    drainer = drainer_of(spool, store)

    assert drainer.drain_once() == 64
    append(spool, "200")
    assert drainer.drain_once() == 137
    assert stored == [*names, "200"]
    assert spool.is_empty()


def test_a_poisonous_item_is_set_aside_and_the_others_go_on(spool: Spool, caplog: pytest.LogCaptureFixture) -> None:
    append(spool, "a", "poison-1", "b")
    spool.append([make_item("c"), make_item("poison-2"), make_item("d")])
    stored: list[str] = []

    def store(items: Sequence[Spooled]) -> None:
        if any(b"poison" in item.body for item in items):
            raise ValueError("cannot be stored")
        stored.extend(names_in(items))

    assert drainer_of(spool, store).drain_once() == 4

    assert stored == ["a", "b", "c", "d"]
    assert spool.is_empty()
    (file,) = files_of(spool.refused)
    assert waiting(Spool(spool.refused)) == ["poison-1", "poison-2"]
    assert file.stat().st_mode & 0o777 == 0o600
    assert [record.message for record in caplog.records].count("spool_item_refused") == 2
    assert b"poison" not in caplog.text.encode()


def test_what_fails_together_but_not_alone_is_stored(spool: Spool) -> None:
    append(spool, "a", "b")

    def store(items: Sequence[Spooled]) -> None:
        if len(items) > 1:
            raise ValueError("not together")

    assert drainer_of(spool, store).drain_once() == 2
    assert spool.is_empty()
    assert spool.size(refused=True) == (0, 0)


def test_setting_aside_again_after_a_crash_makes_no_second_copy(spool: Spool) -> None:
    spool.append([make_item("a"), make_item("poison")])
    for batch in [next(spool.batches()), next(spool.batches())]:
        batch.set_aside("a test", items=batch.items[1:])

    assert waiting(Spool(spool.refused)) == ["poison"]


def test_what_was_refused_can_be_taken_back_after_a_repair(spool: Spool) -> None:
    append(spool, "a", "b")

    def refuse(items: Sequence[Spooled]) -> None:
        raise ValueError("a bug")

    drainer_of(spool, refuse).drain_once()
    append(spool, "c")
    with spool.lock():
        assert spool.take_back() == 1

    assert waiting(spool) == ["a", "b", "c"]


def test_with_no_room_for_a_copy_the_whole_file_is_set_aside(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    spool.append([make_item("a"), make_item("poison")])
    append(spool, "b")

    def store(items: Sequence[Spooled]) -> None:
        if "poison" in names_in(items):
            raise ValueError("cannot be stored")

    def fail(path: Path, data: bytes) -> None:
        raise OSError(errno.ENOSPC, "the disk is full")

    monkeypatch.setattr(spool, "write", fail)
    drainer_of(spool, store).drain_once()

    assert spool.is_empty()
    assert waiting(Spool(spool.refused)) == ["a", "poison", "b"]


def test_the_database_going_away_between_two_single_items_refuses_nothing(spool: Spool) -> None:
    append(spool, "a", "poison", "b")

    def store(items: Sequence[Spooled]) -> None:
        if "b" in names_in(items) and len(items) == 1:
            raise Away
        if "poison" in names_in(items):
            raise ValueError("cannot be stored")

    assert drainer_of(spool, store).drain_once() == 0
    assert waiting(spool) == ["a", "poison", "b"]
    assert spool.size(refused=True) == (0, 0)


def test_one_process_drains_at_a_time(spool: Spool) -> None:
    append(spool, "a")
    drainer = drainer_of(spool, lambda items: None)
    with run(HOLD_LOCK, spool) as holder, run(HOLD_LOCK, spool) as other:
        assert {first_line(holder), first_line(other)} == {"True", "False"}
        assert drainer.drain_once() == 0
        holder.kill()
        other.kill()

    assert drainer.drain_once() == 1


def test_a_lock_excludes_the_same_process_and_is_free_after_use(spool: Spool) -> None:
    for _ in range(2):
        with spool.lock() as is_ours, spool.lock() as is_ours_too:
            assert (is_ours, is_ours_too) == (True, False)


def test_a_process_forked_meanwhile_does_not_keep_the_lock(spool: Spool) -> None:
    with run(FORK_WITH_LOCK, spool) as process:
        assert first_line(process) == "True"


# The thread


def test_the_thread_drains_when_the_database_is_back(spool: Spool) -> None:
    append(spool, "a", "b")
    is_back, is_stored, rounds = threading.Event(), threading.Event(), threading.Semaphore(0)
    stored: list[str] = []

    def store(items: Sequence[Spooled]) -> None:
        if not is_back.is_set():
            raise Away
        stored.extend(names_in(items))
        is_stored.set()

    drainer = drainer_of(spool, store, after_round=rounds.release)
    before = threading.active_count()
    drainer.start()
    drainer.start()
    assert threading.active_count() == before + 1
    for _ in range(3):
        assert rounds.acquire(timeout=5)
    is_back.set()
    drainer.wake()
    assert is_stored.wait(5)
    assert rounds.acquire(timeout=5)
    drainer.stop()

    assert stored == ["a", "b"]
    assert spool.is_empty()
    assert threading.active_count() == before


def test_the_thread_survives_what_goes_wrong_in_a_round(spool: Spool, caplog: pytest.LogCaptureFixture) -> None:
    append(spool, "a")
    stored: list[str] = []
    rounds = threading.Semaphore(0)

    def after_round() -> None:
        rounds.release()
        raise ValueError("closing connections failed")

    drainer = drainer_of(spool, lambda items: stored.extend(names_in(items)), after_round=after_round)
    drainer.start()
    assert rounds.acquire(timeout=5)
    append(spool, "b")
    assert rounds.acquire(timeout=5)
    drainer.stop()

    assert stored == ["a", "b"]
    assert "spool_drain_failed" in [record.message for record in caplog.records]


def test_a_stopped_thread_ends_after_its_batch_and_can_start_again(spool: Spool) -> None:
    append(spool, *(f"{n}" for n in range(100)))
    entered, proceed, all_stored = threading.Event(), threading.Event(), threading.Event()
    stored: list[str] = []

    def store(items: Sequence[Spooled]) -> None:
        entered.set()
        proceed.wait(5)
        stored.extend(names_in(items))
        if len(stored) == 100:
            all_stored.set()

    drainer = drainer_of(spool, store)
    drainer.start()
    entered.wait(5)
    drainer.stop(timeout_seconds=0)
    proceed.set()
    for thread in threading.enumerate():
        if thread.name == "spool-drainer":
            thread.join(5)
    assert len(stored) == 64

    drainer.start()
    assert all_stored.wait(5)
    drainer.stop()


def test_the_pause_grows_while_the_database_is_away_and_a_nudge_ends_it_once(spool: Spool) -> None:
    append(spool, "a")
    rounds: list[float] = []

    def store(items: Sequence[Spooled]) -> None:
        rounds.append(time.monotonic())
        raise Away

    drainer = drainer_of(spool, store)
    drainer.start()
    time.sleep(0.3)
    drainer.wake()
    time.sleep(0.05)
    drainer.stop()

    assert 2 <= len(rounds) <= 8  # 30 were it the same each time


def test_stopping_ends_a_long_pause(spool: Spool) -> None:
    drainer = Drainer(spool, lambda items: None, lambda error: False, every_seconds=60)
    drainer.start()
    started = time.monotonic()
    drainer.stop()

    assert time.monotonic() - started < 2


def test_an_idle_thread_opens_no_connections(spool: Spool) -> None:
    rounds: list[None] = []
    drainer = drainer_of(spool, lambda items: None, after_round=lambda: rounds.append(None))
    drainer.start()
    time.sleep(0.05)
    drainer.stop()

    assert rounds == []


def test_a_forked_process_gets_its_own_thread(spool: Spool) -> None:
    with run(FORK_AND_DRAIN, spool) as process:
        lines = process.communicate(timeout=10)[0].splitlines()

    child = lines[-1].removeprefix("child ")
    assert lines[:-1] == [f"stored by {child}"]
