"""Group commit: several at a time, to each its own result."""

import threading
import time
from collections.abc import Sequence

import pytest

from callbacks.group_commit import GroupCommit


def test_one_item_alone_waits_for_nobody() -> None:
    def double(items: Sequence[int]) -> list[int]:
        return [item * 2 for item in items]

    assert GroupCommit(double).submit(21) == 42


def test_items_that_come_during_a_commit_go_together() -> None:
    batches: list[list[int]] = []
    entered = threading.Event()

    def commit(items: Sequence[int]) -> list[int]:
        batches.append(list(items))
        entered.set()
        time.sleep(0.2)
        return [item * 10 for item in items]

    group = GroupCommit(commit)
    results: dict[int, int] = {}
    threads = [threading.Thread(target=lambda n=n: results.update({n: group.submit(n)})) for n in range(9)]
    threads[0].start()
    entered.wait()
    for thread in threads[1:]:
        thread.start()
    for thread in threads:
        thread.join()

    assert results == {n: n * 10 for n in range(9)}
    assert [len(batch) for batch in batches] == [1, 8]


def test_a_bad_item_takes_no_other_with_it() -> None:
    def commit(items: Sequence[int]) -> list[int]:
        time.sleep(0.05)
        if 3 in items:
            raise ValueError("three")
        return list(items)

    group = GroupCommit(commit)
    outcomes: dict[int, object] = {}

    def submit(item: int) -> None:
        try:
            outcomes[item] = group.submit(item)
        except ValueError as error:
            outcomes[item] = str(error)

    threads = [threading.Thread(target=submit, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert outcomes == {0: 0, 1: 1, 2: 2, 3: "three", 4: 4, 5: 5}


def test_a_batch_has_a_most() -> None:
    sizes: list[int] = []

    def commit(items: Sequence[int]) -> list[int]:
        sizes.append(len(items))
        time.sleep(0.05)
        return list(items)

    group = GroupCommit(commit, most=2)
    threads = [threading.Thread(target=group.submit, args=(n,)) for n in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert max(sizes) <= 2
    assert sum(sizes) == 5


def test_what_committing_raises_reaches_the_caller() -> None:
    def commit(items: Sequence[int]) -> list[int]:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        GroupCommit(commit).submit(1)


def test_everybody_is_served_once_and_one_batch_at_a_time() -> None:
    """Four hundred items of twenty threads; no item is lost, doubled or left waiting."""
    committed: list[int] = []
    at_once: list[int] = []
    running: set[int] = set()

    def commit(items: Sequence[int]) -> list[int]:
        running.add(threading.get_ident())
        at_once.append(len(running))
        time.sleep(0.001)
        committed.extend(items)
        running.discard(threading.get_ident())
        return [-item for item in items]

    group = GroupCommit(commit)
    results: list[tuple[int, int]] = []

    def work(first: int) -> None:
        results.extend((item, group.submit(item)) for item in range(first, first + 20))

    threads = [threading.Thread(target=work, args=(n * 20,), daemon=True) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)

    assert sorted(committed) == list(range(400))
    assert sorted(results) == [(n, -n) for n in range(400)]
    assert max(at_once) == 1
