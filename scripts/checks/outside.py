"""Would any page ask another host for anything?

Plain links (`<a href="https://...">`) are the reader's choice and allowed. The theme's script names
hosts that it turns to on pages with a certain element only; such a host is a problem where that
element stands.
"""

import re
from collections.abc import Iterator

from . import addresses
from .site import Page, Problem, Site

# What the theme's script would fetch, and what a page must hold for that; None: an old browser.
CONDITIONAL = {
    "https://unpkg.com/mermaid@": re.compile(r"""class=["'][^"']*\bmermaid\b"""),
    "https://api.github.com/": re.compile(r"""data-md-component=["']source["']"""),
    "https://unpkg.com/resize-observer-polyfill": None,
}
THEME = "assets/javascripts/"


def check(site: Site) -> Iterator[Problem]:
    """Requests to other hosts in pages, stylesheets and scripts."""
    for page in site.pages.values():
        yield from _in_page(site, page)
    for path in site.files(".css"):
        yield from _requests(site, path, "url()", addresses.in_css(site.text(path)))
    for path in site.files(".svg"):
        inside = Page(path, site.text(path))
        yield from _in_page(site, inside)
    for path in site.files(".js"):
        urls = addresses.in_script(site.text(path))
        yield from _requests(site, path, "script", [u for u in urls if not _known(path, u)])


def _in_page(site: Site, page: Page) -> Iterator[Problem]:
    for element in page.elements:
        for one in addresses.of_element(element):
            if one.requested:
                yield from _requests(site, page.path, one.where, [one.url])
        if element.tag == "script" and "src" not in element.attributes:
            yield from _requests(site, page.path, "script", addresses.in_script(element.text))
        if element.attributes.get("http-equiv", "").lower() == "refresh":
            yield Problem(page.path, "third party", "<meta http-equiv=refresh> leaves the page")
    for url, trigger in CONDITIONAL.items():
        if trigger and (found := trigger.search(page.text)):
            detail = f"the theme's script fetches {url} because of {found[0]}"
            yield Problem(page.path, "third party", detail)


def _requests(site: Site, path: str, where: str, urls: list[str]) -> Iterator[Problem]:
    for url in urls:
        target = site.target(url, seen_on=path)
        if target and target.outside:
            yield Problem(path, "third party", f"{where} {url[:100]}")


def _known(path: str, url: str) -> bool:
    return path.startswith(THEME) and url.startswith(tuple(CONDITIONAL))
