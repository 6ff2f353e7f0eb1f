"""Has every page what a reader, a screen reader and a search engine look for first?

A title, a description, a language, exactly one `h1`, headings that go down one level at a time, and
ids that are used once.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from .markup import HEADINGS
from .site import Page, Problem, Site


def check(site: Site) -> Iterator[Problem]:
    """Pages whose frame is incomplete."""
    for page in site.pages.values():
        yield from _head(page)
        yield from _headings(page)
        yield from _ids(page)


def _head(page: Page) -> Iterator[Problem]:
    titles = [e.text.strip() for e in page.tags("title") if "svg" not in e.inside]
    if len(titles) != 1 or not titles[0]:
        yield Problem(page.path, "title", f"expected one title with words, got {titles}")
    metas = [e for e in page.tags("meta") if e.attributes.get("name") == "description"]
    if len(metas) != 1 or not metas[0].says("content"):
        yield Problem(page.path, "description", f"expected one with words, got {len(metas)}")
    if not any(e.says("lang") for e in page.tags("html")):
        yield Problem(page.path, "language", "<html> has no lang")


def _headings(page: Page) -> Iterator[Problem]:
    headings = list(page.tags(*HEADINGS))
    firsts = [e.text.strip() for e in headings if e.tag == "h1"]
    if len(firsts) != 1:
        yield Problem(page.path, "h1", f"expected exactly one, got {len(firsts)} {firsts}")
    for element in headings:
        if not element.text.strip(" \n\t¶"):
            yield Problem(page.path, "empty heading", f"<{element.tag}>")
    if headings and headings[0].tag != "h1":
        detail = f"the first heading is <{headings[0].tag}> {headings[0].text.strip()!r}"
        yield Problem(page.path, "heading level", detail)
    for above, below in pairwise(headings):
        if int(below.tag[1]) > int(above.tag[1]) + 1:
            detail = f"{below.tag} {below.text.strip()!r} follows {above.tag}"
            yield Problem(page.path, "heading level", detail)


def _ids(page: Page) -> Iterator[Problem]:
    counts = Counter(e.attributes["id"] for e in page.elements if "id" in e.attributes)
    for name, count in counts.items():
        if count > 1:
            yield Problem(page.path, "duplicate id", f"{name!r} is used {count} times")
