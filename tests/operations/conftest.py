"""Samples as Prometheus would read them."""

from collections.abc import Callable

import pytest
from prometheus_client import REGISTRY
from prometheus_client.samples import Sample

Counted = Callable[..., float]


@pytest.fixture
def counted() -> Counted:
    """Return how far a sample of this process has moved since the test began: `counted(name, label="value")`."""
    before = {(sample.name, tuple(sorted(sample.labels.items()))): sample.value for sample in _samples()}

    def moved(name: str, **labels: str) -> float:
        key = (name, tuple(sorted(labels.items())))
        now = next((s.value for s in _samples() if (s.name, tuple(sorted(s.labels.items()))) == key), 0.0)
        return float(now - before.get(key, 0.0))

    return moved


def _samples() -> list[Sample]:
    return [sample for family in REGISTRY.collect() for sample in family.samples]
