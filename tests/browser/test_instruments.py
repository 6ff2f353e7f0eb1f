"""What the tests look with does see the faults it is for: on pages made for that purpose."""

import base64

import pytest
from PIL import Image

from tests.browser import survey
from tests.browser.chromium import Chromium
from tests.browser.overflow import overflowing

FRAME = """<!doctype html><html lang=en><title>A</title>
<meta name=viewport content="width=device-width"><body>"""


def show(browser: Chromium, body: str) -> None:
    """Load a page with this body."""
    text = base64.b64encode((FRAME + body).encode()).decode()
    browser.driver.get(f"data:text/html;base64,{text}")
    browser.settle()


@pytest.mark.parametrize(
    "body",
    [
        "<img src='http://example.com/a.png'>",
        "<script>fetch('https://example.com/a')</script>",
        "<style>@import 'http://example.com/a.css';</style>",
        "<link rel=preconnect href=https://example.com>",
        "<script>new WebSocket('wss://example.com/')</script>",
        """<script>
        const code = new Blob(["fetch('http://example.com/a').catch(() => 0)"])
        new Worker(URL.createObjectURL(code))
        </script>""",
    ],
)
def test_a_request_to_another_host_is_seen(browser: Chromium, body: str):
    show(browser, body)
    assert browser.wait(browser.others, "a request is seen") == ["example.com"]


@pytest.mark.parametrize("script", ["undefined.name", "console.error('a')", "throw Error('a')"])
def test_an_error_in_the_console_is_seen(browser: Chromium, script: str):
    show(browser, f"<script>{script}</script>")
    assert browser.errors() != []


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ("<p id=wide style='width: 500px'>a</p>", "p#wide"),
        ("<style>html { overflow-x: hidden }</style><b style='padding: 250px'>a</b>", "b"),
        ("<div style='overflow: hidden'><i style='display: block; width: 500px'>a</i></div>", "i"),
    ],
)
def test_what_is_wider_than_a_phone_is_seen(browser: Chromium, body: str, name: str):
    browser.resize(survey.PHONE)
    show(browser, body)
    assert any(line.startswith(name) for line in overflowing(browser))


def test_what_scrolls_in_its_own_box_is_no_overflow(browser: Chromium):
    browser.resize(survey.PHONE)
    show(browser, "<div style='overflow: auto'><p style='width: 900px'>a</p></div>")
    assert overflowing(browser) == []


def test_text_that_cannot_be_read_is_seen(browser: Chromium):
    show(browser, "<h1>A</h1><main><p style='color: #ddd; background: #fff'>Pale</p></main>")
    assert any(line.startswith("color-contrast") for line in browser.axe())


def test_a_blank_picture_and_the_wrong_paper_are_seen():
    blank = Image.new("RGB", (100, 100), "#fbfaf7")
    assert survey.faults(blank, "light") == ["only 1 colours"]
    assert "the paper is #fbfaf7, not #14171c" in survey.faults(blank, "dark")
