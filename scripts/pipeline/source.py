"""A percent-format page, read: front matter, prose cells, code cells, and the key of its code.

The key covers the code cells' sources and tags and nothing else, so that an edit to prose, to an
alt text or to a caption executes nothing.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

import jupytext
import yaml
from nbformat import NotebookNode

from .project import Project

KINDS = {
    "summary": (str, "text"),
    "needs": (list, "a list"),
    "order": (int | float, "a number"),
    "group": (str, "text"),
}


OPTIONS = ("alt", "caption", "tags", "lines_to_next_cell")
TAGS = ("hide-input", "trained")
META = ("summary", "needs", "order", "group", "title", "description", "head", "hide", "search")


class PageError(Exception):
    """A page that cannot be shown as it is; the message is for its author."""

    def __init__(self, uri: str, message: str):
        super().__init__(f"{uri}: {message}")
        self.uri = uri
        self.message = message


@dataclass(frozen=True)
class Cell:
    """One cell of a page."""

    kind: str
    """`markdown` or `code`."""
    source: str
    """Prose without comment signs, or code."""
    alt: str = ""
    """What the cell's figure shows, for those who cannot see it."""
    caption: str = ""
    """The claim that the figure makes; Markdown."""
    tags: tuple[str, ...] = ()
    """`hide-input` folds the code away, `trained` says that numbers may differ between machines."""


@dataclass(frozen=True)
class Page:
    """A page as its author wrote it."""

    uri: str
    meta: dict = field(hash=False)
    cells: tuple[Cell, ...]

    @property
    def code(self) -> tuple[Cell, ...]:
        """The code cells, in order."""
        return tuple(cell for cell in self.cells if cell.kind == "code")

    @property
    def key(self) -> str:
        """Digest of everything that execution can depend on within the page itself."""
        said = [[cell.source, sorted(cell.tags)] for cell in self.code]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:16]


def read(project: Project, uri: str) -> Page:
    """Read the page at `docs/<uri>`.

    Raises:
        PageError: If it cannot be read, its front matter does not hold what it should, or its first
            prose cell has no title.
    """
    try:
        text = (project.docs / uri).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PageError(uri, f"it cannot be read: {error}") from error
    return parse(uri, text)


@lru_cache(maxsize=256)
def parse(uri: str, text: str) -> Page:
    """Read a page from its text; `uri` is only its name."""
    try:
        notebook = jupytext.reads(text.removeprefix("\ufeff"), fmt="py:percent")
    except Exception as error:  # jupytext and nbformat raise many kinds for a slip in a cell's line
        raise PageError(uri, f"its cells cannot be read: {str(error).splitlines()[0]}") from error
    cells: list[Cell] = []
    meta: dict = {}
    for cell in notebook.cells:
        if cell.cell_type == "raw":
            meta |= _front_matter(uri, cell.source)
        elif cell.source.strip():
            cells.append(_cell(uri, cell))
    first = next((cell.source for cell in cells if cell.kind == "markdown"), "")
    if not first.startswith("# "):
        raise PageError(uri, "the first prose cell must start with the title, `# The question`")
    return Page(uri, meta, tuple(cells))


def _cell(uri: str, cell: NotebookNode) -> Cell:
    _known(uri, "cell option", cell.metadata, OPTIONS)
    _known(uri, "tag", cell.metadata.get("tags", ()), TAGS)
    wanted = {name: str(cell.metadata.get(name, "")) for name in ("alt", "caption")}
    kind = "code" if cell.cell_type == "code" else "markdown"
    return Cell(kind, cell.source.strip("\n"), tags=tuple(cell.metadata.get("tags", ())), **wanted)


def _known(uri: str, what: str, names: Iterable[str], allowed: tuple[str, ...]) -> None:
    """Refuse a misspelt name, which would otherwise be passed over in silence."""
    for name in names:
        if name not in allowed:
            raise PageError(uri, f"{what} {name!r} is unknown; there are {', '.join(allowed)}")


def _front_matter(uri: str, source: str) -> dict:
    try:
        told = yaml.safe_load(source.strip().strip("-")) or {}
    except yaml.YAMLError as error:
        raise PageError(uri, f"its front matter is not YAML: {error}") from error
    if not isinstance(told, dict):
        raise PageError(uri, "its front matter must be lines like `summary: What it is about`")
    _known(uri, "front matter", told, META)
    for name, (kind, words) in KINDS.items():
        if name in told and not isinstance(told[name], kind):
            raise PageError(uri, f"`{name}` in its front matter must be {words}")
    return told
