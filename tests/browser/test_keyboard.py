"""Everything a reader needs can be reached and used without a mouse, and shows where one is."""

from checks.site import Site
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from tests.browser.chromium import Chromium
from tests.browser.test_paper import page_with

FOCUSED = "return document.activeElement?.matches(arguments[0]) ?? false"
OUTLINE = """
const one = document.activeElement
const marked = one.matches("input[type=radio]") ? one.nextElementSibling : one
const style = getComputedStyle(marked)
return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0
"""


def press(browser: Chromium, key: str) -> None:
    """Press one key, wherever the focus is."""
    ActionChains(browser.driver).send_keys(key).perform()


def tab_to(browser: Chromium, selector: str, *, at_most: int = 60) -> int:
    """Press Tab until an element has the focus; returns how often."""
    for count in range(1, at_most + 1):
        press(browser, Keys.TAB)
        if browser.run(FOCUSED, selector):
            return count
    raise AssertionError(f"{at_most} times Tab did not lead to {selector}")


def test_the_first_stop_skips_to_the_text(browser: Chromium):
    browser.open("glossary/index.html")
    assert tab_to(browser, ".md-skip") == 1
    assert browser.run("return document.activeElement.checkVisibility({opacityProperty: true})")
    press(browser, Keys.ENTER)
    browser.wait(lambda: "#" in browser.driver.current_url, "the page jumps to its text")
    press(browser, Keys.TAB)
    assert browser.run("return !!document.activeElement.closest('article')")


def test_the_paper_can_be_toggled(browser: Chromium):
    browser.open("index.html")
    tab_to(browser, ".mn-paper")
    assert browser.run(OUTLINE)
    before = browser.scheme
    press(browser, Keys.ENTER)
    browser.wait(lambda: browser.scheme != before, "Enter changes the paper")


def test_the_search_box_can_be_used(browser: Chromium):
    browser.open("index.html")
    tab_to(browser, "[data-md-component=search-query]")
    for letter in "interference":
        press(browser, letter)
    item = "return document.querySelector('.md-search-result__item a')"
    browser.wait(lambda: browser.run(item), "there are results")
    press(browser, Keys.ARROW_DOWN)
    browser.wait(
        lambda: browser.run(FOCUSED, ".md-search-result__item a"),
        "the arrow leads to the first result",
    )


def test_the_switch_hides_and_shows_code(browser: Chromium, site: Site):
    browser.open(page_with(site, 'data-mn-code="hidden"'))
    tab_to(browser, '[data-mn-code="hidden"]', at_most=120)
    assert browser.run(OUTLINE)
    code = "return document.querySelector('.mn-cell > .highlight').checkVisibility()"
    assert browser.run(code)
    press(browser, Keys.SPACE)
    assert not browser.run(code)
    assert browser.find('[data-mn-code="hidden"]').get_attribute("aria-pressed") == "true"
    browser.driver.refresh()
    browser.settle()
    assert not browser.run(code), "the choice is not remembered"
    browser.run("""document.querySelector('[data-mn-code="shown"]').focus()""")
    press(browser, Keys.SPACE)
    assert browser.run(code)
