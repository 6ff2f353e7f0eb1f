"""Formulas are set where there are some and cost nothing elsewhere; paper shows the text alone."""

import pytest
from checks.site import Site

from tests.browser.chromium import Chromium
from tests.browser.survey import SCHEMES
from tests.browser.test_paper import page_with

FORMULA = 'class="arithmatex"'
COLOUR = "return getComputedStyle(document.body)[arguments[0]]"
VISIBLE = """
const found = [...document.querySelectorAll(arguments[0])]
return found.filter(one => one.checkVisibility()).length
"""
NAVIGATION = ".md-header, .md-sidebar, .md-footer, .md-search, .mn-switch, .headerlink"


def test_formulas_are_set(browser: Chromium, site: Site):
    browser.open(page_with(site, FORMULA))
    formulas = browser.run("return document.querySelectorAll('.arithmatex').length")
    assert formulas > 0
    assert browser.run("return document.querySelectorAll('.arithmatex > :first-child').length") > 0
    assert browser.run("return document.querySelectorAll('.arithmatex .katex').length") >= formulas
    assert browser.run("return document.querySelectorAll('.katex-error').length") == 0
    assert any("katex" in path for path in browser.site.asked)


def test_a_block_of_code_is_copied_word_for_word(browser: Chromium, site: Site):
    browser.open(page_with(site, 'class="mn-copy"'))
    browser.cdp("Browser.grantPermissions", {"permissions": ["clipboardReadWrite"]})
    press = "document.querySelector('.mn-copy').click()"
    copied = "return document.querySelector('.mn-copy').getAttribute('aria-label') === 'Copied'"
    browser.cdp("Emulation.setFocusEmulationEnabled", {"enabled": True})  # else it may not copy
    browser.run(press)
    browser.wait(lambda: browser.run(copied), "the button says that it has copied")
    shown = browser.run("return document.querySelector('.mn-copy + .mn-source').textContent")
    read = (
        "const done = arguments[0]; navigator.clipboard.readText().then(done, e => done(String(e)))"
    )
    assert browser.driver.execute_async_script(read) == shown


def test_a_page_without_formulas_does_not_load_katex(browser: Chromium, site: Site):
    without = [name for name, page in site.pages.items() if FORMULA not in page.text]
    assert without
    for name in without[:5]:
        browser.open(name)
        assert not [path for path in browser.site.asked if "katex" in path.lower()]


@pytest.mark.parametrize("scheme", SCHEMES)
def test_in_print_only_the_text_is_left_dark_on_light(browser: Chromium, site: Site, scheme: str):
    browser.open(page_with(site, FORMULA))
    browser.choose(scheme)
    assert browser.run(VISIBLE, NAVIGATION) > 0
    browser.prefer("light", media="print")
    assert browser.run(VISIBLE, NAVIGATION) == 0
    assert browser.run(VISIBLE, "article p") > 0
    assert browser.run(COLOUR, "color") == "rgb(31, 35, 41)"
    assert browser.run(COLOUR, "backgroundColor") in ("rgb(255, 255, 255)", "rgba(0, 0, 0, 0)")
