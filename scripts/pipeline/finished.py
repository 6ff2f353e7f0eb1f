"""Finished pages remembered: what theme and search made of a page whose content is unchanged.

Rendering the theme's templates and cutting pages into search entries takes most of a rebuild. Both
depend on the page's content and front matter, on the whole navigation and on the configuration, so
a page for which all of these are as before keeps its HTML and its entries. It gets an empty
template and is left out of the search, both through its front matter as an author could do, and its
remembered HTML and entries take their places.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, DictLoader, Environment, FileSystemBytecodeCache
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page

from .memo import token

EMPTY = "finished.html"

_memory: dict[str, dict] = {}


class Finisher:
    """Finishes the pages of one build; `surroundings` is whatever else all pages depend on."""

    def __init__(self, folder: Path, surroundings: str):
        self.folder = folder
        self.surroundings = surroundings
        self.keys: dict[str, str] = {}
        self.seen = 0

    def prepare(self, env: Environment, nav: Navigation, pages: Iterable[Page]) -> None:
        """Find what is remembered; called when the content of all pages is final."""
        (self.folder / "templates").mkdir(parents=True, exist_ok=True)
        env.bytecode_cache = FileSystemBytecodeCache(str(self.folder / "templates"))
        env.loader = ChoiceLoader([DictLoader({EMPTY: ""}), *([env.loader] if env.loader else [])])
        around = json.dumps([self.surroundings, _outline(nav.items)], default=str)
        for page in pages:
            own = [page.url, page.canonical_url, page.title, page.meta, page.content]
            contents = [token(item) for item in page.toc]
            said = json.dumps([around, own, contents], default=str)
            self.keys[page.url] = hashlib.sha256(said.encode()).hexdigest()[:24]
            if self._known(page):
                page.meta.update(template=EMPTY, search={"exclude": True})

    def search(self, page: Page, config: MkDocsConfig) -> None:
        """Give the search what it knew of a remembered page, before the search's own turn."""
        entries = _search_entries(config)
        if known := self._known(page):
            entries += known["search"]
        self.seen = len(entries)

    def finish(self, page: Page, html: str, config: MkDocsConfig) -> str:
        """The whole page, remembered from now on."""
        if known := self._known(page):
            return known["html"]
        known = {"html": html, "search": _search_entries(config)[self.seen :]}
        key = self.keys[page.url]
        _memory[key] = known
        part = self.folder / f"{key}.{os.getpid()}.part"  # another build may run beside this one
        part.write_text(json.dumps(known), encoding="utf-8")
        part.replace(self.folder / f"{key}.json")
        return html

    def sweep(self) -> None:
        """Forget what this build did not use."""
        for key in set(_memory) - set(self.keys.values()):
            del _memory[key]
        used = {f"{key}.json" for key in self.keys.values()}
        for path in self.folder.glob("*.json"):
            if path.name not in used:
                path.unlink(missing_ok=True)

    def _known(self, page: Page) -> dict | None:
        key = self.keys[page.url]
        if key not in _memory:
            try:
                _memory[key] = json.loads((self.folder / f"{key}.json").read_text(encoding="utf-8"))
            except (OSError, ValueError):
                return None
        return _memory[key]


def _outline(items: Sequence[Any]) -> list:
    """Whatever a template could show of the navigation."""
    told = [(item.title, getattr(item, "url", ""), getattr(item, "meta", "")) for item in items]
    below = [_outline(item.children or ()) for item in items]
    return list(zip(told, below, strict=True))


def _search_entries(config: MkDocsConfig) -> list[dict]:
    """The growing list of what the search finds; empty without a search."""
    for name, plugin in config.plugins.items():
        if name.rpartition("/")[2] == "search":
            return plugin.search_index.entries
    return []
