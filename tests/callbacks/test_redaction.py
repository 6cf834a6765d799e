"""Secrets are taken out of bodies, and nothing else."""

import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callbacks.redaction import redact_body, scrub

NAMES = frozenset({"sign", "stream_param"})
SPELLINGS = ["sign", "Sign", "SIGN", "stream_param", "StreamParam", "stream-param"]
CANARY = "c4n4ry"

# Hypothesis tries words of this file, too.
text = st.text(max_size=20).filter(lambda value: not any(word in value.lower() for word in (CANARY, "sign", "stream")))
plain_names = text.map(lambda name: f"{name}_plain")
leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | text
secrets = st.just(CANARY) | st.just({"deep": [CANARY, {"deeper": CANARY}]}) | st.just([[CANARY]])


def with_secrets(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    fields = st.dictionaries(plain_names, inner, max_size=3)
    hidden = st.dictionaries(st.sampled_from(SPELLINGS), secrets, max_size=2)
    objects = st.builds(lambda a, b: {**a, **b}, fields, hidden)
    held = objects.flatmap(lambda value: st.booleans().map(lambda ascii_: json.dumps(value, ensure_ascii=ascii_)))
    return objects | st.lists(inner, max_size=3) | held


documents = st.recursive(leaves, with_secrets, max_leaves=12).filter(lambda value: isinstance(value, dict | list))
writings = st.fixed_dictionaries({"indent": st.sampled_from([None, 2, "\t"]), "ensure_ascii": st.booleans()})


def hide(value: Any) -> Any:
    """Return what should be left, the slow way."""
    if isinstance(value, dict):
        return {name: "***" if name in SPELLINGS else hide(item) for name, item in value.items()}
    if isinstance(value, list):
        return [hide(item) for item in value]
    if isinstance(value, str) and CANARY in value:
        return json.dumps(hide(json.loads(value)))
    return value


def unwrap(value: Any) -> Any:
    """Return *value* with every string that holds JSON read, so that its spaces do not matter."""
    if isinstance(value, dict):
        return {name: unwrap(item) for name, item in value.items()}
    if isinstance(value, list):
        return [unwrap(item) for item in value]
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return unwrap(json.loads(value))
        except ValueError:
            return value
    return value


@settings(deadline=None)
@given(documents, writings)
def test_in_json_a_secret_never_survives_and_everything_else_does(document: Any, writing: dict[str, Any]) -> None:
    body = json.dumps(document, **writing).encode("utf-8", "surrogatepass")

    shown = scrub(body, NAMES)

    assert CANARY.encode() not in shown
    assert unwrap(json.loads(shown)) == unwrap(hide(document))
    assert CANARY.encode() in body or shown is body


@settings(deadline=None)
@given(documents, st.integers(min_value=0))
def test_a_secret_does_not_survive_a_cut_through_the_body(document: Any, place: int) -> None:
    body = json.dumps(document).encode()
    cut = body[: place % (len(body) + 1)]

    assert CANARY.encode() not in scrub(cut, NAMES)


@settings(deadline=None)
@given(st.binary(), st.sampled_from(['{"sign":"%s"}', '"Sign" : "%s"', "?sign=%s&t=1", "stream_param='%s'"]))
def test_other_bytes_lose_their_secrets(before: bytes, pair: str) -> None:
    """Whatever comes before, short of a name or a quote that takes the secret's own name for its end."""
    shown = scrub(b"< " + before.replace(b'"', b"") + b" " + (pair % CANARY).encode(), NAMES)

    assert CANARY.encode() not in shown


@settings(deadline=None)
@given(st.binary())
def test_bytes_that_name_no_secret_are_returned_as_they_are(body: bytes) -> None:
    assert scrub(body, frozenset({"no_such_name_at_all"})) is body or b"\\u" in body


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (b'{"a": 1.50,\t"Sign" :"x", "a": 1000000000000001}', b'{"a": 1.50,\t"Sign" :"***", "a": 1000000000000001}'),
        (b'{"to\\u006ben": "x"}', b'{"to\\u006ben": "***"}'),
        (b'{"token": "", "sign": null, "password": 0}', b'{"token": "", "sign": null, "password": "***"}'),
        (b'{"design": "x", "signal": 1, "say": "sign"}', None),
        (b'{"url": "https://v.example.com/?sign=x"}', None),
        (b'{"x": "{\\"token\\":\\"a\\\\\\"b\\",\\"n\\":1}"}', b'{"x": "{\\"token\\":\\"***\\",\\"n\\":1}"}'),
        (b'{"x": "{\\"token\\":\\"a\\\\\\"b\\",\\x}"}', b'{"x": "{\\"token\\":\\"***\\",\\x}"}'),
        (b'{"sign": "a", "b": "broken, "usersig": "c"}', b'{"sign": "***", "b": "broken, "usersig": "***"}'),
        (b"<a sign='b c' d=''/>", b"<a sign=*** d=''/>"),
        (b"t=1&sign=a%20b&u=2", b"t=1&sign=***&u=2"),
    ],
)  # fmt: skip
def test_it_is_cut_out_where_it_stands(body: bytes, shown: bytes | None) -> None:
    assert redact_body(body) == (body if shown is None else shown)


@pytest.mark.parametrize(
    "part",
    [b'"sign"', b'"sign": ', b'"sign":{', b'{"a":"', b"\\", b'"sign":\\"', b" ", b"sign=", b"sign", b"[", b'"\\x",',
     b'"{\\"sign\\":1', b"\\u0022", b'"', b'"sign" '],
)  # fmt: skip
@pytest.mark.parametrize("begin", [b"", b'{"sign":1,', b'"sign"', b'{"sign":"'])
def test_no_body_takes_long(begin: bytes, part: bytes) -> None:
    """Four times the length may cost four times the time, not sixteen; with room for a busy machine."""
    body = begin + part * (256 * 1024 // len(part))
    began = time.process_time()

    redact_body(body)

    assert time.process_time() - began < 2
