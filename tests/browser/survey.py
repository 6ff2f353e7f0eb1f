"""One visit to a page, during which everything that is tested on all pages is looked at."""

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from zlib import crc32

from PIL import Image

from mechnotes.plots.palette import PALETTE
from tests.browser.chromium import Chromium
from tests.browser.overflow import overflowing

DESKTOP, PHONE = 1280, 390
SCHEMES = ("light", "dark")
WHOLE = "MECHNOTES_SCREENSHOTS"
# axe-core's rules in each round: everything once on a phone and once, on the other paper, on a
# desktop; in the other rounds what colours can break.
OF_COLOURS = {"runOnly": ["color-contrast", "link-in-text-block"]}
RULES: tuple[dict, ...] = ({}, OF_COLOURS, {}, OF_COLOURS)
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


def chosen(pages: Iterable[str]) -> list[str]:
    """Pages to look at: all, but of the many reference pages, made by one template, one in 16.

    Which ones depends on their names alone, so an added page does not change the choice. Who asks
    for screenshots (`MECHNOTES_SCREENSHOTS`) gets every page.
    """
    everything = os.environ.get(WHOLE)
    return [page for page in pages if everything or not _is_one_of_many(page)]


def _is_one_of_many(page: str) -> bool:
    return page.startswith("reference/") and crc32(page.encode()) % 16 != 0


def visit(browser: Chromium, page: str, folder: Path) -> Visit:
    """Look at one page on both papers, on a desktop and on a phone."""
    seen = Visit(page)
    browser.resize(PHONE)
    browser.open(page)
    seen.asked = set(browser.site.asked)
    for number, (scheme, width) in enumerate(rounds(page, browser.scheme)):
        browser.choose(scheme)
        browser.resize(width)
        where = f"{scheme}, {width} px"
        picture = _photograph(browser, folder / f"{_name(page)}-{width}-{scheme}.png")
        seen.overflow += [f"{where}: {one}" for one in overflowing(browser)]
        seen.violations += [f"{where}: {one}" for one in browser.axe(**RULES[number])]
        seen.pictures += [f"{where}: {one}" for one in faults(picture, scheme)]
    seen.errors = browser.errors()
    seen.others = browser.others()
    return seen


def rounds(page: str, here: str) -> list[tuple[str, int]]:
    """Every paper with every width, with few changes, from what a phone shows first.

    Lessons and reference pages are many and alike: there each paper and each width is seen once,
    unless somebody asks for screenshots (`MECHNOTES_SCREENSHOTS`).
    """
    other = SCHEMES[1 - SCHEMES.index(here)]
    if page.startswith(("reference/", "examples/")) and not os.environ.get(WHOLE):
        return [(here, PHONE), (other, DESKTOP)]
    return [(here, PHONE), (here, DESKTOP), (other, DESKTOP), (other, PHONE)]


def faults(picture: Image.Image, scheme: str) -> list[str]:
    """Whether a screenshot is blank or on paper of the wrong colour."""
    sample = picture.resize((picture.width // 3, picture.height // 3), Image.Resampling.NEAREST)
    counts = sorted(sample.getcolors(maxcolors=1 << 24) or [], reverse=True)
    found = [] if len(counts) > 20 else [f"only {len(counts)} colours"]
    most = "#{:02x}{:02x}{:02x}".format(*counts[0][1])
    paper = PALETTE["paper"][SCHEMES.index(scheme)]
    return found if most == paper else [*found, f"the paper is {most}, not {paper}"]


def _photograph(browser: Chromium, path: Path) -> Image.Image:
    whole = WHOLE in os.environ
    if whole:
        browser.driver.execute_async_script(LOAD_ALL)
    content = browser.photograph(whole=whole)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return Image.open(BytesIO(content)).convert("RGB")


def _name(page: str) -> str:
    return page.removesuffix("/index.html").removesuffix(".html").replace("/", "-")
