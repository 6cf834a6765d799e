"""The proxy lets through what the service takes, in the time that vendors wait, and keeps what is not for outside."""

import re

import pytest
from django.urls import resolve

from callbacks.views import LARGEST_BODY
from config.management.commands.serve import LARGEST_REQUEST
from tests.deploy.reading import DEPLOY, read_compose

CONF = (DEPLOY / "nginx" / "recordings.conf").read_text()
TLS = CONF.partition("listen 443")[2]
VENDORS_WAIT_SECONDS = 5  # TRTC; the others say nothing or allow more (docs/callbacks.md)


def _location(path: str) -> dict[str, str]:
    """Return the directives of a location of the TLS server."""
    block = TLS.partition(f"location {path} {{")[2].partition("}")[0]
    return dict(re.findall(r"^\s*(\w+)\s+(.*?);", block, re.MULTILINE))


def _bytes(text: str) -> int:
    return int(text[:-1]) * {"k": 1024, "m": 1024**2}[text[-1]]


def test_bodies_are_as_large_as_the_service_takes() -> None:
    (most,) = re.findall(r"^    client_max_body_size\s+(\w+);", TLS, re.MULTILINE)

    assert _bytes(_location("/callbacks/")["client_max_body_size"]) == LARGEST_BODY
    assert _bytes(most) == LARGEST_REQUEST


def test_a_vendor_has_its_answer_in_time() -> None:
    callbacks = {key: value.removesuffix("s") for key, value in _location("/callbacks/").items()}

    assert int(callbacks["proxy_read_timeout"]) < VENDORS_WAIT_SECONDS
    assert (
        int(callbacks["proxy_connect_timeout"]) + int(callbacks["proxy_next_upstream_timeout"]) < VENDORS_WAIT_SECONDS
    )
    assert "timeout" not in callbacks["proxy_next_upstream"].split()  # two waits are longer than the vendor's


@pytest.mark.parametrize("path", ["/metrics", "/readyz"])
def test_what_is_for_inside_stays_there(path: str) -> None:
    assert resolve(path)
    assert _location(f"= {path}") == {"return": "404"}


def test_a_sender_cannot_choose_who_it_is() -> None:
    headers = dict(re.findall(r"proxy_set_header\s+(\S+)\s+(\S+);", TLS))

    assert headers["X-Forwarded-For"] == "$remote_addr"
    assert headers["X-Forwarded-Proto"] == "$scheme"
    assert headers["Forwarded"] == headers["X-Forwarded-Host"] == '""'
    assert not any("proxy_set_header" in _location(path) for path in ("/callbacks/", "/"))  # that would drop all above


def test_no_callback_token_is_logged() -> None:
    assert "$request " not in CONF
    assert "$request_uri" not in CONF.partition("server {")[0]
    assert _location("/callbacks/")["error_log"].endswith(" crit")


def test_an_idle_connection_is_closed_here_first() -> None:
    """waitress closes it after its channel_timeout of 30 s; a POST in that moment would be lost."""
    for name in ("upstream.conf", "upstream.compose.conf"):
        (idle,) = re.findall(r"keepalive_timeout (\d+)s;", (DEPLOY / "nginx" / name).read_text())
        assert int(idle) < 30


def test_requests_go_where_web_processes_listen() -> None:
    services = read_compose()["services"]
    hosts = re.findall(r"server (\S+):(\d+) ", (DEPLOY / "nginx" / "upstream.compose.conf").read_text())

    assert [host for host, _ in hosts] == [name for name in services if name.startswith("web")]
    assert all(port in services[host]["command"] for host, port in hosts)
