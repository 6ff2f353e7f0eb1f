"""Light and dark: the reader's choice goes before the system's, and every figure follows it."""

from io import BytesIO
from itertools import product

import pytest
from checks.site import Site
from PIL import Image

from mechnotes.plots.palette import PALETTE
from tests.browser.chromium import Chromium
from tests.browser.survey import SCHEMES, faults

INLINE = '<svg role="img"'
COLOURS = """
const shapes = "path, text, tspan, circle, ellipse, rect, line, polygon, polyline, use"
const found = new Set()
for (const shape of document.querySelectorAll(shapes)) {
  if (!shape.closest("figure.mn-figure svg[role=img]") || shape.closest("defs, clipPath")) continue
  const style = getComputedStyle(shape)
  for (const colour of [style.stroke, style.fill]) if (colour.startsWith("rgb(")) found.add(colour)
}
return [...found].sort()
"""
SHOWN = """
return [...document.querySelectorAll(".mn-only-light")].map(light => {
  const dark = light.nextElementSibling
  return [light, dark].map(one => one.matches("img") && one.checkVisibility())
})
"""
OTHER = {"light": "dark", "dark": "light"}


def page_with(site: Site, text: str) -> str:
    """A page that has this text; the tests here are pointless without one."""
    pages = [name for name, page in site.pages.items() if text in page.text]
    assert pages, f"no page has {text}"
    return pages[0]


@pytest.mark.parametrize("system", SCHEMES)
def test_a_first_visit_follows_the_system(browser: Chromium, system: str):
    browser.prefer(system)
    browser.open("index.html")
    assert browser.scheme == system
    picture = Image.open(BytesIO(browser.photograph())).convert("RGB")
    assert faults(picture, system) == []


@pytest.mark.parametrize(("system", "chosen"), [*product(SCHEMES, SCHEMES)])
def test_the_choice_goes_before_the_system_and_is_remembered(
    browser: Chromium, system: str, chosen: str
):
    browser.prefer(system)
    browser.open("index.html")
    browser.choose(OTHER[chosen])
    browser.choose(chosen)
    browser.open("glossary/index.html")
    assert browser.scheme == chosen


@pytest.mark.parametrize("system", SCHEMES)
def test_without_a_click_the_paper_follows_the_system_on_a_later_visit_too(
    browser: Chromium, system: str
):
    browser.prefer(OTHER[system])
    browser.open("index.html")
    browser.prefer(system)
    browser.open("glossary/index.html")
    assert browser.scheme == system


def wrong_on(scheme: str) -> set[str]:
    """Colours that no mark may have on a paper: those of the other paper only, and plain black."""
    light, dark = (
        {"rgb({}, {}, {})".format(*bytes.fromhex(pair[theme][1:])) for pair in PALETTE.values()}
        for theme in (0, 1)
    )
    others = dark - light if scheme == "light" else light - dark
    return others | {"rgb(0, 0, 0)"}


@pytest.mark.parametrize("system", SCHEMES)
def test_every_inline_figure_follows_the_toggle(browser: Chromium, site: Site, system: str):
    browser.prefer(system)
    pages = [name for name, page in site.pages.items() if INLINE in page.text]
    assert pages
    if system == "dark":  # the way back is the same on every page: a few will do
        pages = pages[::4]
    stuck = {}
    for name in pages:
        browser.open(name)
        for scheme in (OTHER[browser.scheme], browser.scheme):
            browser.choose(scheme)
            colours = set(browser.run(COLOURS))
            assert len(colours) > 1, f"the figures of {name} have no colours"
            if wrong := colours & wrong_on(scheme):
                stuck[name, scheme] = wrong
    assert stuck == {}


@pytest.mark.parametrize("system", SCHEMES)
def test_of_a_figure_in_two_files_the_right_one_is_shown(
    browser: Chromium, site: Site, system: str
):
    browser.prefer(system)
    browser.open(page_with(site, "mn-only-light"))
    for scheme in SCHEMES:
        browser.choose(scheme)
        shown = browser.run(SHOWN)
        assert shown, "the page has no such figure"
        assert shown == [[scheme == "light", scheme == "dark"]] * len(shown)
