"""Fetching pictures: what is told of them, and what is never connected to."""

import socket
import ssl
import threading
import time

import pytest

from layouts.images import MOST_BYTES, Network, check_image, check_images
from tests.layouts.pictures import PUBLIC, FakeNetwork, answer, answering, jpeg, png
from tests.layouts.test_addresses import FORBIDDEN, NO_HOSTS, NUMBERS_IN_DISGUISE

URL = "https://example.com/a.png"
PLAIN = "http://example.com/a.png"


def code_of(url: str, fake: FakeNetwork, *, seconds: float = 5.0) -> str | None:
    finding = check_image(url, path="here", seconds=seconds, network=fake.network)
    assert finding is None or (finding.path == "here" and finding.detail and finding.remedy)
    return None if finding is None else finding.code


@pytest.mark.parametrize(
    "body", [png(2560, 1440), png(1440, 2560), jpeg(1920, 1080), jpeg(8, 6, exif=60_000, size=70_000)]
)
def test_a_good_picture_is_fetched_from_the_address_that_was_checked(body: bytes) -> None:
    fake = answering(answer(body))

    assert code_of("http://Example.com/logos/a%20b.png?x=1#top", fake) is None
    assert fake.asked == [("example.com", 80)]
    assert fake.connected == [(PUBLIC, 80)]
    assert fake.received.startswith(b"GET /logos/a%20b.png?x=1 HTTP/1.1\r\nHost: example.com\r\n")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (answer(png(2561, 100)), "image_resolution"),
        (answer(jpeg(2560, 1441)), "image_resolution"),
        (answer(png(0, 100)), "image_resolution"),
        (answer(png(10, 10), length=MOST_BYTES + 1), "image_too_large"),
        (answer(png(10, 10, size=MOST_BYTES + 1), length=None), "image_too_large"),
        (answer(b"GIF89a" + b"\0" * 50), "image_type"),
        (answer(b"<html>"), "image_type"),
        (answer(b""), "image_type"),
        (answer(b"\x89PNG"), "image_type"),
        (answer(jpeg(10, 10)[:12]), "image_type"),
        (answer(b"\xff\xd8\xff\xda" + b"\0" * 50), "image_type"),
        (answer(b"", status="404 Not Found"), "image_status"),
        (answer(b"", status="403 Forbidden"), "image_status"),
        (answer(b"", status="500 Oops"), "image_status"),
        (b"hello", "image_unreachable"),
        (b"", "image_unreachable"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200, "image_unreachable"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000, "image_unreachable"),
        (answer(b"", status="302 Found", more="Location: http://127.0.0.1/\r\n"), "image_redirect"),
    ],
)
def test_what_the_vendor_could_not_use_is_told(data: bytes, code: str) -> None:
    fake = answering(data)

    assert code_of(PLAIN, fake) == code
    assert fake.connected == [(PUBLIC, 80)]


def test_a_chunked_picture_is_measured() -> None:
    head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    body = png(100, 100)
    chunked = f"{head}{len(body):x}\r\n".encode() + body + b"\r\n0\r\n\r\n"

    assert code_of(PLAIN, answering(chunked)) is None


def test_watermarks_may_be_larger_than_2k() -> None:
    fake = answering(answer(png(4000, 3000)))

    assert check_image(PLAIN, is_2k_limited=False, network=fake.network) is None


@pytest.mark.parametrize("address", FORBIDDEN)
def test_a_name_that_leads_inside_is_never_connected_to(address: str) -> None:
    """Nor when a public address stands beside it."""
    for answers in ([address], [PUBLIC, address], [address, PUBLIC]):
        fake = FakeNetwork(addresses=[answers])
        assert code_of(URL, fake) == "image_address"
        assert fake.connected == []


@pytest.mark.parametrize("host", NUMBERS_IN_DISGUISE + NO_HOSTS + [f"[{host}]" for host in FORBIDDEN if ":" in host])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_an_address_that_leads_inside_is_never_connected_to(host: str, scheme: str) -> None:
    fake = FakeNetwork()

    assert code_of(f"{scheme}://{host}/a.png", fake) == "image_address"
    assert (fake.asked, fake.connected) == ([], [])


@pytest.mark.parametrize("host", [host for host in FORBIDDEN if host and not {":", " ", "/"} & set(host)])
def test_nor_one_that_is_written_out(host: str) -> None:
    fake = FakeNetwork(addresses=[["127.0.0.1"]])

    assert code_of(f"http://{host}/a.png", fake) == "image_address"
    assert fake.connected == []


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com/a.png",
        "file:///etc/passwd",
        "gopher://example.com/a.png",
        "//example.com/a.png",
        "a.png",
        "https://",
        "http://example.com:22/a.png",
        "http://example.com:443/a.png",
        "https://example.com:80/a.png",
        "https://example.com:8443/a.png",
        "https://example.com:99999/a.png",
        "https://example.com:x/a.png",
        "https://user@example.com/a.png",
        "https://user:secret@example.com/a.png",
        "https://example.com@127.0.0.1/a.png",
        "https://exa mple.com/a.png",
        "https://example.com/a.png\r\nHost: inside",
        "https://example.com\t/a.png",
        "https://example.com/$a.png",
        "https://例え.jp/a.png",
        "https://127。0。0。1/a.png",
        "https://[::1/a.png",
        f"https://example.com/{'a' * 3000}.png",
        "",
    ],
)
def test_other_addresses_are_not_even_looked_up(url: str) -> None:
    fake = FakeNetwork()

    assert code_of(url, fake) == "image_address"
    assert (fake.asked, fake.connected) == ([], [])


def test_a_name_is_looked_up_once_whatever_it_says_a_moment_later() -> None:
    fake = answering(answer(png(10, 10)))
    fake.addresses = [[PUBLIC], ["127.0.0.1"]]

    assert code_of(PLAIN, fake) is None
    assert len(fake.asked) == 1
    assert fake.connected == [(PUBLIC, 80)]


def test_a_name_without_addresses_is_told() -> None:
    def unknown(_host: str, _port: int) -> list[str]:
        raise socket.gaierror(-2, "Name or service not known")

    finding = check_image(URL, network=Network(resolve=unknown))

    assert finding is not None
    assert (finding.code, finding.severity) == ("image_unreachable", "warning")
    assert code_of(URL, FakeNetwork(addresses=[[]])) == "image_address"


def test_the_next_address_is_tried_when_one_does_not_answer() -> None:
    fake = answering(answer(png(10, 10)))
    fake.addresses = [["2606:4700::1111", PUBLIC]]
    connect = fake.network.connect

    def only_v4(address: str, port: int, seconds: float) -> socket.socket:
        if ":" in address:
            raise OSError("Network is unreachable")
        return connect(address, port, seconds)

    assert check_image(PLAIN, network=Network(resolve=fake.network.resolve, connect=only_v4)) is None


def drip(far: socket.socket, data: bytes) -> None:
    for at in range(len(data)):
        far.sendall(data[at : at + 1])
        time.sleep(0.05)


@pytest.mark.parametrize("data", [b"", b"HTTP/1.1 200 OK\r\nX: " + b"y" * 1000, answer(png(9, 9))[:40] + b"\0" * 1000])
def test_a_host_that_drips_is_left_after_the_time_in_all(data: bytes) -> None:
    def serve(far: socket.socket) -> None:
        drip(far, data)
        time.sleep(2)

    began = time.monotonic()
    assert code_of(PLAIN, FakeNetwork(serve=serve), seconds=0.3) == "image_unreachable"
    assert time.monotonic() - began < 1


def test_a_name_server_that_never_answers_is_left_after_the_time_in_all() -> None:
    released = threading.Event()

    def stuck(_host: str, _port: int) -> list[str]:
        released.wait(10)
        return [PUBLIC]

    began = time.monotonic()
    finding = check_image(URL, seconds=0.2, network=Network(resolve=stuck))
    released.set()

    assert finding is not None
    assert "0.2 seconds" in finding.detail
    assert time.monotonic() - began < 1


def test_https_checks_the_certificate_against_the_name() -> None:
    """A far end that speaks no TLS, and names asked for in its first message."""
    hello = bytearray()

    class Line(FakeNetwork):
        def _run(self, far: socket.socket) -> None:
            with far:
                hello.extend(far.recv(4096))
                far.sendall(answer(png(9, 9)))

    assert code_of(URL, Line()) == "image_unreachable"
    assert b"example.com" in hello  # SNI
    context = Network().tls()
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)


def test_every_picture_of_a_layout_is_fetched_once() -> None:
    good, bad = "http://example.com/1.png", "http://example.com/2.png"
    fake = answering(answer(png(3000, 2000)))
    layout = {
        "mix_layout_mode": "custom",
        "background_image_url": bad,
        "default_sub_background_image": bad,
        "water_mark_list": [{"water_mark_type": "image", "water_mark_url": good}],
    }

    findings = check_images(layout, network=fake.network)

    assert [(found.path, found.code) for found in findings] == [
        ("background_image_url", "image_resolution"),
        ("default_sub_background_image", "image_resolution"),
    ]
    assert len(fake.connected) == 2
