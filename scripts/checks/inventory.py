"""Is the public API exactly what the reference shows?

Public are the modules, functions and classes of the package without an underscore anywhere in their
path. A name that is merely imported as itself (`from a import x as x`) counts at its home; if its
home is private, the module that imports it is its home. The reference is what `objects.inv` lists.
"""

import ast
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .site import Problem, Site

INVENTORY = "objects.inv"
ROLES = {"py:module", "py:function", "py:class"}
HEADER_LINES = 4


@dataclass(frozen=True)
class Entry:
    """One line of a Sphinx inventory; `home` is the anchor that it leads to."""

    name: str
    role: str
    address: str

    @property
    def home(self) -> str:
        """The name under which the reference defines it."""
        _, anchor, name = self.address.partition("#")
        return name if anchor else self.name


def check(site: Site, package: Path) -> Iterator[Problem]:
    """Differences between a package's public names and the reference."""
    if not site.has(INVENTORY):
        yield Problem(INVENTORY, "public API", "the site has no such file")
        return
    entries = [entry for entry in read(site.root / INVENTORY) if entry.role in ROLES]
    shown = {entry.home for entry in entries}
    defined = public(package)
    for name in sorted(defined - shown):
        yield Problem(INVENTORY, "public API", f"{name} is public and missing in the reference")
    for name in sorted(shown - defined):
        yield Problem(INVENTORY, "public API", f"{name} is in the reference and not public")
    for entry in entries:
        target = site.target(entry.address, seen_on=INVENTORY)
        page = site.pages.get(target.path) if target else None
        if target is None or page is None or target.anchor not in page.anchors:
            yield Problem(INVENTORY, "dead link", f"{entry.name} leads to {entry.address}")


def read(path: Path) -> Iterator[Entry]:
    """Entries of a Sphinx inventory, version 2.

    Raises:
        ValueError: If the file is of another version.
    """
    *header, body = path.read_bytes().split(b"\n", HEADER_LINES)
    if header[0] != b"# Sphinx inventory version 2":
        raise ValueError(f"{path} starts with {header[0]!r}, not as a version 2 inventory does")
    for line in zlib.decompress(body).decode().splitlines():
        name, role, _, rest = line.split(" ", 3)
        address = rest.rsplit(" ", 1)[0] if rest.endswith(" -") else rest.split(" ", 1)[0]
        yield Entry(name, role, address.replace("$", name))


def public(package: Path) -> set[str]:
    """Dotted names of a package's public modules, functions and classes."""
    names: set[str] = set()
    for path in package.rglob("*.py"):
        parts = (package.name, *path.relative_to(package).with_suffix("").parts)
        module = parts[:-1] if parts[-1] == "__init__" else parts
        if not any(part.startswith("_") for part in module):
            dotted = ".".join(module)
            body = ast.parse(path.read_text(encoding="utf-8")).body
            names |= {dotted, *(f"{dotted}.{name}" for name in _names(body))}
    return names


def _names(body: list[ast.stmt]) -> Iterator[str]:
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            if not node.name.startswith("_"):
                yield node.name
        elif isinstance(node, ast.ImportFrom) and _is_private(node.module or ""):
            yield from (a.name for a in node.names if a.asname == a.name and a.name[0] != "_")
        elif isinstance(node, ast.If | ast.Try):
            yield from _names([*node.body, *node.orelse])


def _is_private(module: str) -> bool:
    return any(part.startswith("_") for part in module.split("."))
