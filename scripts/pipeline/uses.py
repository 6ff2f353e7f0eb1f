"""Which functions of the package does a page call? Each is listed there, linked to its reference.

Read from the code cells' syntax trees, so the list cannot be forgotten, and the reference page of
every function links back to the lessons that use it.
"""

import ast
from collections.abc import Iterator
from functools import lru_cache

from . import reference
from .project import Project
from .source import Page


def line(project: Project, page: Page) -> str:
    """Markdown that names the page's functions, or '' if it calls none of the package."""
    links = [f"[`{'.'.join(name.split('.')[-2:])}`][{name}]" for name in names(project, page)]
    if not links:
        return ""
    return f'<p class="mn-uses" markdown="span">Functions on this page: {", ".join(links)}</p>'


def names(project: Project, page: Page) -> list[str]:
    """Dotted names of the public functions and classes that the page's code reaches."""
    trees = [_tree(_python(cell.source)) for cell in page.code]
    known: dict[str, str] = {}
    for tree in trees:
        known |= dict(_imported(tree))
    mentioned = {name for tree in trees for name in _mentioned(tree, known)}
    return sorted(name for name in mentioned if _is_documented(project, name))


def _python(source: str) -> str:
    """A cell without the lines that only IPython understands."""
    return "\n".join(
        line for line in source.split("\n") if not line.lstrip().startswith(("%", "!"))
    )


def _imported(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Local name and dotted name of everything imported from the package."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(reference.PACKAGE):
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"


def _mentioned(tree: ast.Module, known: dict[str, str]) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in known:
            yield known[node.id]
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield f"{known.get(node.value.id, '')}.{node.attr}"


def _is_documented(project: Project, name: str) -> bool:
    """Whether a module of the package defines this function or class itself."""
    module, _, last = name.rpartition(".")
    path = reference.path(project, module)
    if not path.is_file() or last.startswith("_"):
        return False
    return last in _defined(path.read_text(encoding="utf-8"))


@lru_cache(maxsize=256)
def _defined(source: str) -> frozenset[str]:
    """Names of the functions and classes at the top of a module."""
    body = _tree(source).body
    return frozenset(n.name for n in body if isinstance(n, ast.FunctionDef | ast.ClassDef))


def _tree(source: str) -> ast.Module:
    """Syntax tree, empty for what an author has not finished."""
    try:
        return ast.parse(source)
    except SyntaxError:
        return ast.Module([], [])
