"""Each alert asks for a metric that exists and has its remedy in the guide."""

import re
from typing import Any

import pytest
import yaml

from tests.deploy.reading import DEPLOY, ROOT

RULES: list[dict[str, Any]] = [
    rule
    for group in yaml.safe_load((DEPLOY / "prometheus-alerts.yaml").read_text())["groups"]
    for rule in group["rules"]
]
GUIDE = (ROOT / "docs" / "operating.md").read_text()
SOURCES = ["recordings/metrics.py", "callbacks/metrics.py", "operations/collector.py"]


def _metrics() -> set[str]:
    """Return the names that Prometheus sees: a counter's ends in _total, a histogram has three."""
    text = "".join((ROOT / source).read_text() for source in SOURCES)
    made = re.findall(r'(Counter|Histogram|_gauge|_labelled)\(\s*"(recordings_\w+)"', text)
    ends = {"Counter": ["_total"], "Histogram": ["_bucket", "_count", "_sum"]}
    return {name + end for kind, name in made for end in ends.get(kind, [""])}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alert_asks_for_what_exists(rule: dict[str, Any]) -> None:
    asked = set(re.findall(r"\brecordings_\w+", rule["expr"]))

    assert asked or rule["expr"].startswith("up{")
    assert asked <= _metrics()
    assert rule["labels"]["severity"] in ("page", "ticket")
    assert rule["annotations"]["summary"]


def test_every_alert_has_a_remedy_and_every_remedy_an_alert() -> None:
    remedies = re.findall(r"^### (Recordings\w+)\n\n\S", GUIDE, re.MULTILINE)

    assert remedies == [rule["alert"] for rule in RULES]


def test_the_guide_speaks_of_metrics_that_exist() -> None:
    assert set(re.findall(r"`(recordings_\w+)`", GUIDE)) <= _metrics() | {
        name.removesuffix("_bucket") for name in _metrics()
    }
