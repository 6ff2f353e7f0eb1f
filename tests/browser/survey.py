"""One visit to every page, during which everything that is tested on all pages is looked at."""

import os
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

from mechnotes.plots.palette import PALETTE
from tests.browser.chromium import Chromium
from tests.browser.overflow import overflowing

DESKTOP, PHONE = 1280, 390
SCHEMES = ("light", "dark")
WHOLE = "MECHNOTES_SCREENSHOTS"
LOAD_ALL = """
const done = arguments[0]
const images = [...document.images].filter(image => image.checkVisibility())
for (const image of images) image.loading = "eager"
Promise.allSettled(images.map(image => image.decode())).then(() => done(images.length))
"""


@dataclass
class Visit:
    """What was seen on one page; every list of words is empty if all is well."""

    page: str
    asked: set[str] = field(default_factory=set)
    """Files of the site that the first visit loaded."""
    others: list[str] = field(default_factory=list)
    """Other hosts that were asked for anything."""
    errors: list[str] = field(default_factory=list)
    overflow: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    pictures: list[str] = field(default_factory=list)
    """What is wrong with the screenshots."""


def visit(browser: Chromium, page: str, folder: Path) -> Visit:
    """Look at one page on both papers, as a desktop and as a phone."""
    seen = Visit(page)
    browser.resize(DESKTOP)
    browser.open(page)
    seen.asked = set(browser.site.asked)
    for scheme in _here_first(browser.scheme):
        browser.choose(scheme)
        for width in (DESKTOP, PHONE):
            browser.resize(width)
            where = f"{scheme}, {width} px"
            seen.overflow += [f"{where}: {one}" for one in overflowing(browser)]
            seen.violations += [f"{where}: {one}" for one in browser.axe(**_rules(width, scheme))]
            picture = _photograph(browser, folder / f"{_name(page)}-{width}-{scheme}.png")
            seen.pictures += [f"{where}: {one}" for one in faults(picture, scheme)]
        browser.resize(DESKTOP)
    seen.errors = browser.errors()
    seen.others = browser.others()
    return seen


def faults(picture: Image.Image, scheme: str) -> list[str]:
    """Whether a screenshot is blank or on paper of the wrong colour."""
    counts = sorted(picture.getcolors(maxcolors=1 << 24) or [], reverse=True)
    found = [] if len(counts) > 20 else [f"only {len(counts)} colours"]
    most = "#{:02x}{:02x}{:02x}".format(*counts[0][1])
    paper = PALETTE["paper"][SCHEMES.index(scheme)]
    return found if most == paper else [*found, f"the paper is {most}, not {paper}"]


def _here_first(scheme: str) -> tuple[str, ...]:
    return SCHEMES if scheme == SCHEMES[0] else SCHEMES[::-1]


def _rules(width: int, scheme: str) -> dict:
    """All rules once a paper; on the second only what colours can break."""
    if (width, scheme) in ((DESKTOP, "light"), (PHONE, "dark")):
        return {}
    return {"runOnly": ["color-contrast", "link-in-text-block"]}


def _photograph(browser: Chromium, path: Path) -> Image.Image:
    whole = WHOLE in os.environ
    if whole:
        browser.driver.execute_async_script(LOAD_ALL)
    picture = browser.picture(whole=whole)
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path)
    return picture


def _name(page: str) -> str:
    return page.removesuffix("/index.html").removesuffix(".html").replace("/", "-")
