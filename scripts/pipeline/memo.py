"""Rendering remembered: a page whose Markdown and surroundings are unchanged is not rendered again.

The key covers the Markdown, the configuration, the set of files that links may point at, and for a
reference page the sources that it documents. The memory lasts for the process (`serve`) and, as
JSON, for the next build. A page that caused a warning is not remembered, so that the next build
warns again.
"""

import hashlib
import json
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import AnchorLink, get_toc
from mkdocs.utils import CountHandler

from . import api

_memory: dict[str, dict] = {}


class Renderer:
    """Renders the pages of one build; `surroundings` is whatever else all results depend on."""

    def __init__(self, folder: Path, surroundings: str):
        self.folder = folder
        self.surroundings = surroundings
        self.used: set[str] = set()

    def render(self, page: Page, config: MkDocsConfig, files: Files, *, sources: str = "") -> None:
        """Set the page's content, from memory if possible.

        Args:
            page: A page whose Markdown is final.
            config: The MkDocs configuration.
            files: All files, for links.
            sources: Digest of whatever else this page shows.
        """
        said = "\0".join([self.surroundings, page.file.src_uri, page.markdown or "", sources])
        key = hashlib.sha256(said.encode()).hexdigest()[:24]
        self.used.add(f"{key}.json")
        known = _memory.get(key) or self._load(key)
        if known:
            _set(page, known, files)
            api.restore(page, config, known["api"])
        else:
            with _warnings() as warnings:
                Page.render(page, config, files)
            if warnings.get_counts():
                return
            known = _told(page) | {"api": api.entries(page, config)}
            self._save(key, known)
        _memory[key] = known

    def _load(self, key: str) -> dict | None:
        try:
            return json.loads((self.folder / f"{key}.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None

    def _save(self, key: str, known: dict) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        part = self.folder / f"{key}.{os.getpid()}.part"  # another build may run beside this one
        part.write_text(json.dumps(known), encoding="utf-8")
        part.replace(self.folder / f"{key}.json")

    def sweep(self) -> None:
        """Forget what this build did not use."""
        for key in [key for key in _memory if f"{key}.json" not in self.used]:
            del _memory[key]
        for path in self.folder.glob("*.json"):
            if path.name not in self.used:
                path.unlink(missing_ok=True)


@contextmanager
def _warnings() -> Iterator[CountHandler]:
    """Counts what MkDocs and its plugins warn of."""
    counter = CountHandler(level=logging.WARNING)
    log = logging.getLogger("mkdocs")
    log.addHandler(counter)
    try:
        yield counter
    finally:
        log.removeHandler(counter)


def _told(page: Page) -> dict:
    """Everything that rendering sets on a page, as JSON."""
    links = page.links_to_anchors or {}
    return {
        "content": page.content,
        "toc": [token(item) for item in page.toc],
        "title": page._title_from_render,
        "anchors": sorted(page.present_anchor_ids or ()),
        "links": {file.src_uri: anchors for file, anchors in links.items()},
    }


def _set(page: Page, known: dict, files: Files) -> None:
    page.content = known["content"]
    page.toc = get_toc(known["toc"])
    page._title_from_render = known["title"]
    page.present_anchor_ids = set(known["anchors"])
    found = {files.get_file_from_path(uri): links for uri, links in known["links"].items()}
    page.links_to_anchors = {file: links for file, links in found.items() if file}


def token(item: AnchorLink) -> dict:
    """An entry of a page's table of contents, with those below it."""
    children = [token(child) for child in item.children]
    return {"name": item.title, "id": item.id, "level": item.level, "children": children}
