"""Which addresses a page, a stylesheet or a script names.

`Named.requested` tells an address that the browser fetches by itself (image, script, font) from one
that it only follows when the reader does (`<a href>`), or never (`<link rel="canonical">`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .markup import Element

SOURCES = ("src", "srcset", "poster", "data", "background", "action", "formaction", "ping")
NEVER_FETCHED = {"alternate", "author", "canonical", "help", "license", "me", "next", "prev"}
COMMENT = re.compile(r"/\*.*?\*/", re.S)
QUOTED = re.compile(r"""url\(\s*(?:"([^"]*)"|'([^']*)'|([^"')\s]*))\s*\)""")
IMPORT = re.compile(r"""@import\s+["']([^"']+)["']""")
LITERAL = re.compile(r"""["'`]((?:(?:https?|wss?)://[\w-]|//[\w-]+\.[\w-])[^"'`\s$\\]*)""")
NAMESPACES = ("http://www.w3.org/",)
WORDS = ("alt", "aria-label", "content", "placeholder", "title")  # prose that may speak of "url("


@dataclass(frozen=True)
class Named:
    """An address, where it stands, and whether the browser asks for it unbidden."""

    url: str
    where: str
    requested: bool


def rel(element: Element) -> set[str]:
    """Words of a link's `rel`."""
    return set(element.attributes.get("rel", "").lower().split())


def of_element(element: Element) -> Iterator[Named]:
    """All addresses that one element names."""
    tag = element.tag
    for name, value in element.attributes.items():
        where = f"<{tag} {name}>"
        if name in ("href", "xlink:href"):
            fetched = tag != "a" and not (tag == "link" and rel(element) <= NEVER_FETCHED)
            yield Named(value, where, fetched)
        elif name == "srcset":
            yield from (Named(part.split()[0], where, True) for part in _candidates(value))
        elif name in SOURCES and not (name == "data" and tag != "object"):
            yield Named(value, where, True)
        elif "url(" in value and name not in WORDS:
            yield from (Named(url, where, True) for url in in_css(value))
    if tag == "meta" and element.attributes.get("property") == "og:image":
        yield Named(element.attributes.get("content", ""), "<meta og:image>", False)
    if tag == "style":
        yield from (Named(url, "<style>", True) for url in in_css(element.text))


def in_css(text: str) -> list[str]:
    """Addresses in a stylesheet: `url(...)` and `@import`."""
    text = COMMENT.sub("", text)
    found = ["".join(groups) for groups in QUOTED.findall(text)]
    return [url for url in found + IMPORT.findall(text) if url]


def in_script(text: str) -> list[str]:
    """String literals of a script that are an address with a host; XML namespaces are none."""
    return [url for url in LITERAL.findall(text) if not url.startswith(NAMESPACES)]


def _candidates(srcset: str) -> list[str]:
    return [part.strip() for part in srcset.split(", ") if part.strip()]
