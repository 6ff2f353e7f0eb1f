"""The explorer of batches: by mouse and keyboard, from a server and from a disk."""

import re

import pytest
from checks.site import Site
from selenium.webdriver.common.keys import Keys

from tests.browser import survey
from tests.browser.chromium import Chromium
from tests.browser.overflow import overflowing
from tests.browser.test_keyboard import FOCUSED, OUTLINE, press, tab_to
from tests.browser.test_paper import page_with

MADE = 'class="mn-explorer"'
READY = "return !document.querySelector('.mn-explorer form').hidden"
NAME = "return document.querySelector('.mn-batch').getAttribute('aria-label')"
NOTE = "return document.querySelector('.mn-model p').textContent"
STATUS = "return document.querySelector('.mn-explorer [role=status]').textContent"
CHOSEN = """
const chosen = document.querySelectorAll(".mn-batch > .mn-charts .mn-chosen")
return [...new Set([...chosen].map(line => +line.dataset.value))]
"""
OPTIONS = """
const list = document.querySelector(`.mn-explorer select[name=${arguments[0]}]`)
return [...list.options].map(option => option.text)
"""
CHOOSE = """
const list = document.querySelector(`.mn-explorer select[name=${arguments[0]}]`)
list.selectedIndex = arguments[1]
list.dispatchEvent(new Event("change", { bubbles: true }))
"""
PRESS = "document.querySelector(`.mn-explorer button[value='${arguments[0]}']`).click()"


@pytest.fixture
def page(browser: Chromium, site: Site) -> str:
    """The page, opened."""
    name = page_with(site, MADE)
    browser.open(name)
    browser.wait(lambda: browser.run(READY), "the controls are shown")
    return name


def shows(browser: Chromium, batch: str, value: int) -> None:
    def as_wanted() -> bool:
        return browser.run(NAME) == batch and browser.run(CHOSEN) == [value]

    browser.wait(as_wanted, f"value {value} of batch {batch} is shown")


def names(browser: Chromium) -> list[str]:
    return [text.split(":")[0] for text in browser.run(OPTIONS, "batch")]


def test_all_rows_of_the_table_can_be_picked_and_the_first_is_there(browser: Chromium, page: str):
    known = names(browser)
    assert len(known) == len(set(known)) == 21
    shows(browser, known[0], 0)


def test_a_batch_and_a_value_are_picked(browser: Chromium, page: str):
    known = names(browser)
    number = known.index("K1")
    browser.run(CHOOSE, "batch", number)
    shows(browser, "K1", 0)
    values = browser.run(OPTIONS, "value")
    browser.run(CHOOSE, "value", 3)
    shows(browser, "K1", 3)
    assert f"neurons {values[3]}:" in browser.run(NOTE)
    assert browser.run(STATUS) == browser.run(NOTE)
    assert browser.run("return location.hash") == "#batch-K1-3"


def test_buttons_go_from_value_to_value_and_stop_at_the_ends(browser: Chromium, page: str):
    first = names(browser)[0]
    last = len(browser.run(OPTIONS, "value")) - 1
    browser.run(PRESS, -1)
    shows(browser, first, 0)
    for value in range(1, last + 1):
        browser.run(PRESS, 1)
        shows(browser, first, value)
    browser.run(PRESS, 1)
    shows(browser, first, last)


def test_an_address_names_a_batch_and_a_value(browser: Chromium, page: str):
    browser.run("location.hash = '#batch-LR3-2'")
    shows(browser, "LR3", 2)


def test_from_a_disk_it_works_as_from_a_server(browser: Chromium, site: Site, page: str):
    browser.driver.get((site.root / page).as_uri())
    browser.settle()
    browser.wait(lambda: browser.run(READY), "the controls are shown")
    browser.run(CHOOSE, "batch", 1)
    shows(browser, names(browser)[1], 0)


def test_everything_can_be_done_with_the_keyboard_and_is_said(browser: Chromium, page: str):
    tab_to(browser, ".mn-explorer [name=batch]", at_most=120)
    assert browser.run(OUTLINE)
    press(browser, Keys.ARROW_DOWN)
    shows(browser, names(browser)[1], 0)
    assert browser.run(STATUS)
    tab_to(browser, ".mn-explorer button[value='1']", at_most=3)
    press(browser, Keys.ENTER)
    shows(browser, names(browser)[1], 1)
    assert browser.run(FOCUSED, ".mn-explorer button[value='1']")


@pytest.mark.parametrize("scheme", survey.SCHEMES)
def test_a_picked_batch_fits_a_phone_and_can_be_read(browser, page: str, scheme: str):
    browser.resize(survey.PHONE)
    browser.choose(scheme)
    browser.run(CHOOSE, "batch", 8)
    shows(browser, names(browser)[8], 0)
    assert overflowing(browser) == []
    assert browser.axe() == []


def test_without_scripts_there_is_a_batch_and_no_dead_control(browser, site: Site, page: str):
    browser.cdp("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.driver.get(f"{browser.site.address}/{page.removesuffix('index.html')}")
        assert browser.find(".mn-batch").is_displayed()
        assert not browser.find(".mn-explorer form").is_displayed()
    finally:
        browser.cdp("Emulation.setScriptExecutionDisabled", {"value": False})


def test_a_first_visit_asks_for_no_batch(browser: Chromium, page: str):
    asked = [path for path in browser.site.asked if re.search(r"/[0-9a-f]{12}\.js$", path)]
    assert asked == []
