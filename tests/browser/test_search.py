"""Search finds what the prose says, nothing that code printed, and no labels of figures."""

import json
import re

import pytest
from checks.site import Site
from selenium.webdriver.common.keys import Keys

from tests.browser.chromium import Chromium

INDEX = "search/search_index.json"
RESULTS = ".md-search-result__item"
META = ".md-search-result__meta"
NOTHING = "No matching documents"
PRINTED = """
const outputs = [...document.querySelectorAll(".mn-output:not(.mn-say)")]
return outputs.map(one => one.textContent).join(" ").toLowerCase().match(/[a-z]{6,}/g) ?? []
"""
SVG = re.compile(r'<svg[^>]*role="img".*?</svg>', re.S)
LABEL = re.compile(r"<text[^>]*>([^<]+)</text>")


def search(browser: Chromium, query: str) -> None:
    """Type into the search box, as a reader does."""
    box = browser.find("[data-md-component=search-query]")
    browser.run("arguments[0].focus()", box)
    box.send_keys(query)


def test_the_index_is_loaded_when_someone_searches_and_not_before(browser: Chromium):
    browser.open("index.html")
    assert INDEX not in browser.site.asked
    search(browser, "a")
    browser.wait(lambda: INDEX in browser.site.asked, "the index is asked for")


def test_a_term_is_found_and_leads_to_a_page_that_has_it(browser: Chromium):
    browser.open("index.html")
    search(browser, "interference")
    link = f"{RESULTS} a[href*='h=interference']"
    browser.wait(
        lambda: browser.run("return document.querySelector(arguments[0])", link), "a result"
    )
    browser.find(link).send_keys(Keys.ENTER)
    browser.wait(lambda: "h=interference" in browser.driver.current_url, "the result opens")
    browser.settle()
    marked = browser.run("return document.querySelector('article mark').textContent")
    assert marked.lower() == "interference"


def indexed(site: Site, page: str = "") -> str:
    """All text in the search index, or one page's, in small letters."""
    docs = json.loads(site.text(INDEX))["docs"]
    place = page.removesuffix("index.html")
    texts = [doc["text"] for doc in docs if not page or doc["location"].split("#")[0] == place]
    return " ".join(texts).lower()


def test_labels_of_figures_are_not_in_the_index(site: Site):
    leaked = {}
    for name, page in site.pages.items():
        for svg in SVG.findall(page.text):
            labels = " ".join(LABEL.findall(svg)[:3]).lower()
            if labels.count(" ") > 1 and labels in indexed(site, name):
                leaked[name] = labels
    assert leaked == {}


def test_a_word_that_only_code_printed_is_not_found(browser: Chromium, site: Site):
    known = indexed(site)
    for name, page in site.pages.items():
        if 'class="mn-output"' not in page.text:
            continue
        browser.open(name)
        if only_printed := [word for word in browser.run(PRINTED) if word not in known]:
            search(browser, max(only_printed, key=len))
            browser.wait(lambda: NOTHING in browser.find(META).text, f"{NOTHING!r} is shown")
            return
    pytest.fail("every word of every output is in the index")
