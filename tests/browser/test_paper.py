"""Light and dark: the reader's choice goes before the system's, and every figure follows it."""

from io import BytesIO
from itertools import product

import pytest
from checks.site import Site
from PIL import Image

from tests.browser.chromium import Chromium
from tests.browser.survey import SCHEMES, faults

COLOURS = """
const svg = document.querySelector("figure.mn-figure svg[role=img]")
return [...svg.querySelectorAll("[style*='var(--mn-']")].map(
  mark => getComputedStyle(mark).stroke + " " + getComputedStyle(mark).fill)
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
def test_the_colours_of_an_inline_figure_follow_the_toggle(
    browser: Chromium, site: Site, system: str
):
    browser.prefer(system)
    browser.open(page_with(site, '<svg role="img"'))
    colours = {}
    for scheme in (system, OTHER[system]):
        browser.choose(scheme)
        colours[scheme] = browser.run(COLOURS)
    assert colours["light"], "the figure has no mark in a colour of the palette"
    same = [a for a, b in zip(colours["light"], colours["dark"], strict=True) if a == b]
    assert same == []


def test_the_colours_of_a_figure_do_not_depend_on_the_system(browser: Chromium, site: Site):
    seen = {}
    for system in SCHEMES:
        browser.prefer(system)
        browser.open(page_with(site, '<svg role="img"'))
        for scheme in SCHEMES:
            browser.choose(scheme)
            seen[system, scheme] = browser.run(COLOURS)
    for scheme in SCHEMES:
        assert seen["light", scheme] == seen["dark", scheme]


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
