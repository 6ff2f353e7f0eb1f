"""The browser of latents: by mouse and keyboard, from a server and from a disk, light and dark."""

import re

import pytest
from checks.site import Site
from selenium.webdriver.common.keys import Keys

from tests.browser import survey
from tests.browser.chromium import Chromium
from tests.browser.overflow import overflowing
from tests.browser.test_keyboard import FOCUSED, OUTLINE, press, tab_to
from tests.browser.test_paper import page_with

MADE = 'class="mn-latents"'
READY = "return !document.querySelector('.mn-latents form').hidden"
NAME = "return document.querySelector('.mn-latent').getAttribute('aria-label')"
# Tags, attributes and words; the space between elements is Markdown's business.
CARD = """
const told = node => node.nodeType === Node.TEXT_NODE ? node.data.replace(/\\s+/g, " ") : [
  node.tagName,
  [...node.attributes].map(one => `${one.name}=${one.value}`).sort(),
  [...node.childNodes].map(told).filter(one => one !== " " || node.tagName === "LI"),
]
const card = document.querySelector(".mn-latent").cloneNode(true)
card.normalize()
return JSON.stringify(told(card))
"""
STATUS = "return document.querySelector('.mn-latents [role=status]').textContent"
TYPE = """
const box = document.querySelector(".mn-latents input")
box.value = arguments[0]
box.dispatchEvent(new Event("change"))
"""
CHOOSE = """
const list = document.querySelector(`.mn-latents select[name=${arguments[0]}]`)
list.selectedIndex = arguments[1]
list.dispatchEvent(new Event("change"))
"""
LISTED = "return [...document.querySelectorAll('.mn-latents [name=list] option')].map(o => o.text)"


@pytest.fixture
def page(browser: Chromium, site: Site) -> str:
    """The page, opened."""
    name = page_with(site, MADE)
    browser.open(name)
    ready(browser)
    return name


def ready(browser: Chromium) -> None:
    browser.wait(lambda: browser.run(READY), "the controls are shown")


def shows(browser: Chromium, number: int) -> None:
    browser.wait(lambda: browser.run(NAME) == f"Latent {number}", f"latent {number} is shown")


def test_a_card_made_by_the_script_is_the_card_that_stands_there_without_it(browser, page: str):
    first = int(browser.run(NAME).removeprefix("Latent "))
    written = browser.run(CARD)
    other = 0 if first else 1
    browser.run(TYPE, other)
    shows(browser, other)
    browser.run(TYPE, first)
    shows(browser, first)
    assert browser.run(CARD) == written


def test_only_the_list_is_loaded_before_somebody_picks(browser, page: str):
    folder = page.removesuffix("index.html")
    data = [path for path in browser.site.asked if path.startswith(folder) and path.endswith(".js")]
    assert len(data) == 1
    browser.run(TYPE, 3)
    shows(browser, 3)
    asked = {
        path for path in browser.site.asked if path.startswith(folder) and path.endswith(".js")
    }
    assert len(asked) == 3  # the list, the texts and one file of cards


def test_from_a_disk_it_works_as_from_a_server(browser: Chromium, site: Site, page: str):
    browser.driver.get((site.root / page).as_uri())
    browser.settle()
    ready(browser)
    browser.run(TYPE, 5)
    shows(browser, 5)
    assert browser.driver.current_url.endswith("#latent-5")


def test_an_address_with_a_latent_opens_it_and_a_number_out_of_range_says_so(browser, page: str):
    browser.open(page + "#latent-7")
    shows(browser, 7)
    browser.run(TYPE, 100_000)
    browser.wait(lambda: "There are latents 0 to" in browser.run(STATUS), "it says which there are")
    assert browser.run(NAME) == "Latent 7"


def test_the_list_can_be_ordered_and_next_follows_it(browser, page: str):
    browser.run(CHOOSE, "order", 1)
    density = [
        float(found) for found in re.findall(r": ([\d.]+) %", "\n".join(browser.run(LISTED)))
    ]
    assert density == sorted(density, reverse=True)
    browser.run(CHOOSE, "order", 2)
    listed = browser.run(LISTED)
    scores = [float(one.rsplit(" ", 1)[1]) for one in listed]
    assert scores == sorted(scores, reverse=True) and scores[0] > 0.5
    browser.run(CHOOSE, "list", 0)
    shows(browser, int(listed[0].split(":")[0]))
    browser.run("document.querySelector('.mn-latents button[value=\"1\"]').click()")
    shows(browser, int(listed[1].split(":")[0]))


def test_everything_can_be_done_with_the_keyboard_and_is_said(browser, page: str):
    tab_to(browser, ".mn-latents input", at_most=120)
    assert browser.run(OUTLINE)
    press(browser, Keys.ARROW_UP)
    first = int(re.search(r"\d+", browser.run(NAME))[0])
    browser.wait(lambda: browser.run(STATUS), "the new latent is said")
    assert browser.run(STATUS).startswith(f"Latent {first + 1} fires on") or first >= 0
    tab_to(browser, ".mn-latents button[value='1']", at_most=2)
    before = browser.run(NAME)
    press(browser, Keys.ENTER)
    browser.wait(lambda: browser.run(NAME) != before, "Enter shows the next")
    tab_to(browser, ".mn-latents [name=list]", at_most=2)
    before = browser.run(NAME)
    press(browser, Keys.ARROW_DOWN)
    browser.wait(lambda: browser.run(NAME) != before, "the arrow shows the one below")
    assert browser.run(FOCUSED, ".mn-latents [name=list]"), "the focus stays where it was"


@pytest.mark.parametrize("scheme", survey.SCHEMES)
@pytest.mark.parametrize("width", [survey.PHONE, survey.DESKTOP])
def test_a_picked_card_fits_and_can_be_read(browser, page: str, scheme: str, width: int):
    browser.resize(width)
    browser.choose(scheme)
    browser.run(TYPE, 11)
    shows(browser, 11)
    assert overflowing(browser) == []
    assert browser.axe() == []


def test_without_scripts_there_is_a_card_and_no_dead_control(browser, site: Site, page: str):
    browser.cdp("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.driver.get(f"{browser.site.address}/{page.removesuffix('index.html')}")
        assert browser.find(".mn-latent").is_displayed()
        assert not browser.find(".mn-latents form").is_displayed()
    finally:
        browser.cdp("Emulation.setScriptExecutionDisabled", {"value": False})
