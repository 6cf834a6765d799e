"""What a person sees of the demo, in a real browser."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import Demo
from tests.sandbox.film import Film, is_near

BLACK = "#000000"
# Where the two layouts put the middle of each tile on 1280x720, and a place where nobody is.
GRID = {"alice": (320, 180), "bob": (960, 180), "chen": (320, 540), "": (900, 500)}
SCREEN_SHARE = {"alice": (512, 360), "bob": (1152, 90), "chen": (1152, 270), "": (1152, 500)}
PLAYER = "<style>body{{margin:0}}</style><video src='{}' width=1280 height=720 muted></video>"
# Shown means painted: a seek is over before its picture is.
SEEK = """(video, seconds) => {
    window.isShown = false;
    video.requestVideoFrameCallback(() => requestAnimationFrame(() => { window.isShown = true; }));
    video.currentTime = seconds;
}"""


def test_the_mp4_plays_and_shows_the_tiles_where_the_layout_put_them(demo: Demo, page: Page, pictures: Path) -> None:
    link = demo.get(f"recordings/{demo.recording['id']}/files/{demo.mp4['id']}/link")["url"]
    page.set_content(PLAYER.format(link.replace("'", "%27")))
    video = page.locator("video")
    page.wait_for_function("document.querySelector('video').readyState >= HTMLMediaElement.HAVE_FUTURE_DATA")
    duration = video.evaluate("video => video.duration")
    colors = demo.colors | {"": BLACK}

    assert len(set(colors.values())) == 4
    for name, seconds, layout in (("before", 1.0, GRID), ("after", duration - 1, SCREEN_SHARE)):
        video.evaluate(SEEK, seconds)
        page.wait_for_function("window.isShown")
        shot = pictures / f"{name}.png"
        page.screenshot(path=shot)
        for user, (x, y) in layout.items():
            assert is_near(Film(shot).color_at(0, x, y), colors[user]), (name, user)
    video.evaluate("video => { video.currentTime = 0; video.play() }")
    page.wait_for_function("document.querySelector('video').currentTime > 0.5")


def test_an_operator_logs_in_and_sees_the_recording_and_its_files(demo: Demo, page: Page, pictures: Path) -> None:
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    recording = demo.recording
    page.goto(f"{demo.access['ADMIN_URL']}recordings/recording/{recording['id']}/change/")
    page.fill("input[name=username]", demo.access["ADMIN_USER"])
    page.fill("input[name=password]", demo.access["ADMIN_PASSWORD"])
    page.click("[type=submit]")

    expect(page.get_by_text(recording["room_id"]).first).to_be_visible()
    expect(page.get_by_text("completed").first).to_be_visible()
    expect(page.get_by_text(demo.mp4["name"]).first).to_be_visible()
    page.screenshot(path=pictures / "admin.png", full_page=True)
    assert failures == []
