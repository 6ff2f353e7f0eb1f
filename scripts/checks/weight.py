"""How much does a first visit of a page load?

Counted is, compressed with gzip, everything that a browser fetches for the page before the reader
does anything: the page, stylesheets, scripts, fonts and images. Of a light and a dark version only
one is displayed and loaded, so the heavier of the two counts. The search index and the theme's
search worker arrive when someone searches. Fonts for text all count; of KaTeX's twenty fonts those
that the page's formulas need.
"""

import functools
import gzip
import posixpath
import re
from collections.abc import Iterator
from pathlib import Path

from . import addresses
from .markup import Element
from .site import Page, Problem, Site

LIMIT = 300_000
ON_SEARCH = ("search/", "assets/javascripts/workers/")
FETCHED_LINKS = {"stylesheet", "preload", "modulepreload", "icon", "manifest"}
LOADED = re.compile(r"\.(js|css)$")
LOCAL_SCRIPT = re.compile(r"""["']([^"'\s]+\.(?:js|json|css|woff2))(?:#[^"']*)?["']""")
FONTS = (".woff2", ".woff", ".ttf", ".otf")
KATEX = "katex"
# Fonts by what in a formula needs them, from KaTeX's own fontMap and delimiter tables.
FORMULA_FONTS = {
    r"": ("Main-Regular", "Math-Italic"),
    r"\\(sum|prod|int|oint|bigcup|bigcap|bigoplus|bigotimes|big|sqrt|binom|left)": ("Size1",),
    r"\\(sum|prod|int|oint|bigcup|bigcap|Big|sqrt|frac|left|binom)": ("Size2",),
    r"\\(left|bigg|sqrt|begin)": ("Size3",),
    r"\\(left|Bigg|sqrt|begin|underbrace|overbrace)": ("Size4",),
    r"\\(mathbb|Bbb|blacksquare|square|lesssim|gtrsim|leqslant|geqslant|varnothing)": ("AMS",),
    r"\\mathcal": ("Caligraphic-Regular",),
    r"\\(mathbf|textbf|bf)\b": ("Main-Bold",),
    r"\\(boldsymbol|bm)\b": ("Main-Bold", "Math-BoldItalic"),
    r"\\(textit|mathit|emph)\b": ("Main-Italic",),
    r"\\mathfrak": ("Fraktur-Regular",),
    r"\\mathscr": ("Script-Regular",),
    r"\\(mathsf|textsf)": ("SansSerif-Regular",),
    r"\\(mathtt|texttt)": ("Typewriter-Regular",),
}


def check(site: Site, *, limit: int = LIMIT) -> Iterator[Problem]:
    """Pages heavier than the limit, and pages that load KaTeX without a formula."""
    for page in site.pages.values():
        files = first_visit(site, page)
        total = sum(size(site.root / path) for path in files)
        if total > limit:
            heaviest = sorted(files, key=lambda path: -size(site.root / path))[:3]
            named = ", ".join(f"{path} {_kb(size(site.root / path))}" for path in heaviest)
            yield Problem(page.path, "weight", f"{_kb(total)} of {_kb(limit)}: {named}")
        if not _formulas(page) and any(KATEX in path for path in files):
            yield Problem(page.path, "weight", "it loads KaTeX and has no formula")


def total(site: Site, page: Page) -> int:
    """Bytes of a first visit, compressed."""
    return sum(size(site.root / path) for path in first_visit(site, page))


def first_visit(site: Site, page: Page) -> set[str]:
    """Files that a first visit of a page loads."""
    urls = [url for element in page.elements for url in _fetched(element)]
    targets = [site.target(url, seen_on=page.path) for url in urls]
    paths = {page.path} | {t.path for t in targets if t and not t.outside and site.has(t.path)}
    paths -= undisplayed(site, page)
    formulas = _formulas(page)
    for path in [path for path in paths if path.endswith(".css")]:
        paths |= {path for path in _from_css(site, path) if _needed(path, formulas)}
    return {path for path in paths if not path.startswith(ON_SEARCH)}


@functools.cache
def size(path: Path) -> int:
    """Bytes of a file as a server with gzip sends it."""
    content = path.read_bytes()
    return min(len(content), len(gzip.compress(content, 6)))


def _fetched(element: Element) -> Iterator[str]:
    if element.tag == "link":
        if addresses.rel(element) & FETCHED_LINKS:
            yield element.attributes.get("href", "")
    elif element.tag == "script" and "src" not in element.attributes:
        yield from LOCAL_SCRIPT.findall(element.text)
    elif element.tag != "a":
        values = [value or "" for value in element.attributes.values()]
        yield from (url for url in values if LOADED.search(url))  # data-script and the like
        yield from (one.url for one in addresses.of_element(element) if one.requested)


def undisplayed(site: Site, page: Page) -> set[str]:
    """The lighter of each pair of a light and a dark version; pairs stand side by side."""
    versions: dict[str, list[str]] = {"mn-only-light": [], "mn-only-dark": []}
    for element in page.tags("img"):
        for theme in versions.keys() & set(element.classes):
            target = site.target(element.attributes.get("src", ""), seen_on=page.path)
            if target and site.has(target.path):
                versions[theme].append(target.path)
    pairs = zip(*versions.values(), strict=False)
    return {min(pair, key=lambda path: size(site.root / path)) for pair in pairs}


def _from_css(site: Site, path: str) -> Iterator[str]:
    for url in addresses.in_css(site.text(path)):
        target = site.target(url, seen_on=path)
        if target and not target.outside and site.has(target.path):
            yield target.path
            if target.path.endswith(".css") and target.path != path:
                yield from _from_css(site, target.path)


def _formulas(page: Page) -> str:
    return "\n".join(e.text for e in page.elements if "arithmatex" in e.classes)


def _needed(path: str, formulas: str) -> bool:
    if KATEX not in path or not path.endswith(FONTS):
        return True
    name = posixpath.basename(path).removeprefix("KaTeX_")
    used = (fonts for pattern, fonts in FORMULA_FONTS.items() if re.search(pattern, formulas))
    return bool(formulas) and name.startswith(tuple(font for fonts in used for font in fonts))


def _kb(count: int) -> str:
    return f"{count / 1000:.0f} KB"
