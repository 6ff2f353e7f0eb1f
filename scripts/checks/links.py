"""Does every address on every page lead to a file, and to a place in it, that exists?"""

from collections.abc import Iterator

from . import addresses
from .site import Page, Problem, Site

ALWAYS = {"", "top"}


def check(site: Site) -> Iterator[Problem]:
    """Dead addresses of pages and stylesheets."""
    for page in site.pages.values():
        named = (one for element in page.elements for one in addresses.of_element(element))
        yield from _dead(site, page, sorted({(one.url, one.where) for one in named}))
    for path in site.files(".css"):
        for url in sorted(set(addresses.in_css(site.text(path)))):
            target = site.target(url, seen_on=path)
            if target and not target.outside and not site.has(target.path):
                yield Problem(path, "dead link", f"url({url})")


def _dead(site: Site, page: Page, named: list[tuple[str, str]]) -> Iterator[Problem]:
    for url, where in named:
        target = site.target(url, seen_on=page.path)
        if target is None or target.outside:
            continue
        if not site.has(target.path):
            yield Problem(page.path, "dead link", f"{where} {url}")
        elif not _is_there(site, target.path, target.anchor):
            yield Problem(page.path, "dead anchor", f"{where} {url}")


def _is_there(site: Site, path: str, anchor: str) -> bool:
    return path not in site.pages or anchor in ALWAYS or anchor in site.pages[path].anchors
