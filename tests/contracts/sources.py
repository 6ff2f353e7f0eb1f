"""The repository's own sources as the contract tests see them: parsed, never imported."""

import ast
import fnmatch
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Module:
    """One Python file: its dotted name and its text."""

    name: str
    text: str
    is_package: bool = False

    @property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def public(self) -> bool:
        return not any(part.startswith("_") for part in self.name.split("."))


def modules(folder: str) -> list[Module]:
    """All Python files below a folder of the repository."""
    return [_module(path) for path in sorted((ROOT / folder).rglob("*.py"))]


def _module(path: Path) -> Module:
    parts = path.relative_to(ROOT).with_suffix("").parts
    is_package = parts[-1] == "__init__"
    name = ".".join(parts[:-1] if is_package else parts)
    return Module(name, path.read_text("utf-8"), is_package)


def pages() -> dict[str, str]:
    """Executable pages by their place in the repository."""
    found = {path.relative_to(ROOT): path for path in sorted((ROOT / "docs").rglob("*.py"))}
    return {
        place.as_posix(): path.read_text("utf-8")
        for place, path in found.items()
        if not any(part.startswith(".") for part in place.parts)
    }


def imports(module: Module) -> Iterator[str]:
    """Full names of all that a module imports, also inside functions.

    `from a import b` gives `a.b`, whether `b` is a module or a definition.
    """
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _base(module, node)
            yield from (f"{base}.{alias.name}" for alias in node.names)


def _base(module: Module, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    parts = module.name.split(".") + ([""] if module.is_package else [])
    return ".".join([*parts[: -node.level], *([node.module] if node.module else [])])


def texts() -> dict[str, str]:
    """Every text file that is not ignored by git, by its place in the repository.

    Vendored files are somebody else's text and left out.
    """
    patterns = [line.rstrip("/") for line in (ROOT / ".gitignore").read_text().split()]
    ignored = [*patterns, ".git", "katex"]
    found = {}
    for folder, names, files in os.walk(ROOT):
        names[:] = sorted(name for name in names if not _matches(name, ignored))
        for name in sorted(files):
            path = Path(folder, name)
            if not _matches(name, ignored) and (text := _text(path)) is not None:
                found[path.relative_to(ROOT).as_posix()] = text
    return found


def _matches(name: str, patterns: list[str]) -> bool:
    return any(fnmatch.fnmatch(name, pattern) for pattern in patterns)


def _text(path: Path) -> str | None:
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError:
        return None
