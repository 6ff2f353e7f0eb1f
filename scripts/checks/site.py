"""A built site on disk: its pages, and which file an address on one of them means.

Paths are relative to the site's folder, with forward slashes. If the pages carry a canonical
address, addresses below it are the site's own; `/` then means that address's folder.
"""

import functools
import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from . import addresses, markup

NOT_REQUESTED = {"about", "blob", "data", "javascript", "mailto", "tel"}


@dataclass(frozen=True)
class Problem:
    """What is wrong on a page; it prints as one line."""

    page: str
    what: str
    detail: str

    def __str__(self) -> str:
        return f"{self.page}: {self.what}: {self.detail}"


@dataclass(frozen=True)
class Target:
    """Where an address leads: a file of the site, or, if `outside`, another host."""

    path: str
    anchor: str = ""
    outside: bool = False


@dataclass(frozen=True)
class Page:
    """One HTML file."""

    path: str
    text: str

    @functools.cached_property
    def elements(self) -> list[markup.Element]:
        """Its elements in reading order."""
        return markup.elements(self.text)

    @functools.cached_property
    def anchors(self) -> frozenset[str]:
        """What a `#` at the end of an address can name."""
        named = {e.attributes.get("name", "") for e in self.elements if e.tag == "a"}
        return frozenset(named | {e.attributes["id"] for e in self.elements if e.says("id")})

    def tags(self, *names: str) -> Iterator[markup.Element]:
        """Its elements with one of these tags."""
        return (element for element in self.elements if element.tag in names)


class Site:
    """A folder with `index.html`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.pages = {path: Page(path, self.text(path)) for path in self.files(".html")}
        self.address = self._canonical()

    def files(self, suffix: str) -> list[str]:
        """Paths of all files with this suffix."""
        found = sorted(self.root.rglob(f"*{suffix}"))
        return [path.relative_to(self.root).as_posix() for path in found if path.is_file()]

    def text(self, path: str) -> str:
        """Content of a text file of the site."""
        return (self.root / path).read_text(encoding="utf-8")

    def has(self, path: str) -> bool:
        """Whether the site holds this file."""
        return not path.startswith("../") and (self.root / path).is_file()

    def target(self, url: str, *, seen_on: str) -> Target | None:
        """What an address means in the file `seen_on`; None if it is nothing to request."""
        url = url.strip()
        if self.address and url.startswith(self.address):
            url = "/" + url.removeprefix(self.address)
            base = ""
        else:
            base = urlsplit(self.address).path.strip("/")
        parts = urlsplit(url)
        if parts.scheme in NOT_REQUESTED:
            return None
        if parts.scheme or parts.netloc:
            return Target(url, outside=True)
        path = unquote(parts.path)
        if path.startswith("/"):
            path = path.lstrip("/").removeprefix(f"{base}/" if base else "")
        elif path:
            path = posixpath.join(posixpath.dirname(seen_on), path)
        else:
            return Target(seen_on, unquote(parts.fragment))
        return Target(self._file(path), unquote(parts.fragment))

    def _file(self, path: str) -> str:
        normal = posixpath.normpath(path) if path else "."
        is_folder = normal == "." or path.endswith("/") or (self.root / normal).is_dir()
        return posixpath.normpath(f"{normal}/index.html") if is_folder else normal

    def _canonical(self) -> str:
        home = self.pages.get("index.html")
        links = home.tags("link") if home else iter(())
        found = (e.attributes.get("href", "") for e in links if "canonical" in addresses.rel(e))
        return next(found, "")
