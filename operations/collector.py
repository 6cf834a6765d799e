"""What the tables say, as Prometheus metrics, read anew at each scrape (docs/monitoring.md says what each means).

Every web process tells the same of the database: take the maximum over them, not the sum.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from prometheus_client import REGISTRY, Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from operations.findings import Findings, Lane, SpoolFindings
from operations.look import look
from recordings.states.vocabulary import State

Samples = Mapping[tuple[str, ...], float]


class Everything(Collector):
    """What this process counted, and what the database and the disk say."""

    def collect(self) -> Iterator[Metric]:
        yield from REGISTRY.collect()
        tables, spool = look()
        yield _gauge("recordings_database_up", "1 when the database answers.", tables.is_reached)
        if tables.findings is not None:
            yield from tell_findings(tables.findings)
        yield from tell_spool(spool)


def tell_findings(found: Findings) -> Iterator[Metric]:
    """Yield what the tables say."""
    yield _labelled(
        "recordings_live",
        "Recordings that are not over.",
        ("application", "state", "reason"),
        {(lane.application, lane.state, lane.reason): lane.number for lane in found.lanes},
    )
    yield _gauge("recordings_overdue", "Live recordings past their deadline: none should exist.", found.overdue)
    queued = [lane for lane in found.lanes if lane.state == State.QUEUED]
    yield _labelled("recordings_queue_length", "Recordings that wait for their start.", ("application",), _sums(queued))
    yield _labelled(
        "recordings_queue_oldest_seconds",
        "For how long the oldest of them has waited.",
        ("application",),
        _oldest(queued),
    )
    yield _gauge("recordings_due", "Recordings that need a step now and that no process works on.", found.due)
    yield _gauge("recordings_due_oldest_seconds", "For how long the oldest of them has needed it.", found.due_seconds)
    yield _labelled(
        "recordings_circuit_open_seconds",
        "For how long an application's keys have been refused for an action; absent while they are good.",
        ("application", "action"),
        {(circuit.application, circuit.action): circuit.open_seconds for circuit in found.circuits},
    )
    yield _labelled(
        "recordings_quarantined",
        "Refused deliveries that were kept in the last day.",
        ("why",),
        {(why,): number for why, number in found.quarantined.items()},
    )
    yield _gauge(
        "recordings_quarantined_unreadable", "Those that the vendor signed and we could not read.", found.unreadable
    )
    yield _gauge("recordings_workers", "Workers that were heard of in the last 30 seconds.", found.workers)
    if found.worker_seconds is not None:
        yield _gauge(
            "recordings_worker_heartbeat_age_seconds", "Since when the last worker was heard of.", found.worker_seconds
        )


def tell_spool(spool: SpoolFindings | None) -> Iterator[Metric]:
    """Yield what waits on this host's disk."""
    if spool is None:
        return
    yield _gauge("recordings_spool_writable", "1 when callbacks can be kept on this host's disk.", spool.is_writable)
    if not spool.is_readable:
        return
    yield _gauge("recordings_spool_files", "Batches of callbacks that wait on this host's disk.", spool.files)
    yield _gauge("recordings_spool_refused_files", "Batches that could not be stored.", spool.refused)
    yield _gauge("recordings_spool_bytes", "Bytes of both.", spool.bytes)
    yield _gauge("recordings_spool_used_ratio", "Share of the spool's limit that is used.", spool.share)
    yield _gauge("recordings_spool_oldest_seconds", "Since when the oldest batch waits.", spool.oldest_seconds)


def _gauge(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(name, words, value=float(value))


def _labelled(name: str, words: str, labels: tuple[str, ...], samples: Samples) -> Metric:
    family = GaugeMetricFamily(name, words, labels=labels)
    for values, number in samples.items():
        family.add_metric(values, float(number))
    return family


def _sums(lanes: Iterable[Lane]) -> Samples:
    totals: dict[tuple[str, ...], float] = defaultdict(float)
    for lane in lanes:
        totals[lane.application,] += lane.number
    return totals


def _oldest(lanes: Iterable[Lane]) -> Samples:
    oldest: dict[tuple[str, ...], float] = defaultdict(float)
    for lane in lanes:
        oldest[lane.application,] = max(oldest[lane.application,], lane.oldest_seconds)
    return oldest
