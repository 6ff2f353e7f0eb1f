"""When do two pieces of Python source mean the same computation?

When their syntax trees are equal after everything that computes nothing is gone: comments and
formatting (never in the tree), docstrings and other bare constants inside functions and classes,
`pass`, and the decorators that only declare (`@experiment`, `@claim`). `canonical` writes such a
tree as text. The text is the same on every supported Python version, which `ast.dump` is not: empty
fields are skipped, fields are sorted by name, and constants are written with `ascii`.

Other decorators stay, because `@torch.no_grad()` or a cache changes what a function does.
"""

import ast
import itertools
from collections.abc import Collection, Iterable, Iterator
from typing import cast

Scope = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef

# Where a name stands (`ctx`) follows from the tree; `kind` is the u of u"text".
IGNORED_FIELDS = frozenset({"ctx", "kind", "type_comment", "type_ignores"})


def parse(source: str, *, declarations: Collection[str] = ()) -> ast.Module:
    """Parse source and remove what computes nothing.

    Args:
        source: Python source text.
        declarations: Names of decorators to remove, by their last word: "experiment" removes
            `@experiment(...)` and `@experiments.experiment(...)`.

    Raises:
        SyntaxError: If the text is not Python.
    """
    tree = ast.parse(source)
    # A later bare string in a page's cell is an output, so only a module's docstring goes.
    if ast.get_docstring(tree, clean=False) is not None:
        del tree.body[0]
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            node.values = list(_joined(node.values))
        if isinstance(node, Scope):
            node.body = [statement for statement in node.body if not _is_idle(statement)]
            node.decorator_list = [
                decorator
                for decorator in node.decorator_list
                if _last_word(decorator) not in declarations
            ]
    return tree


def _joined(pieces: Iterable[ast.expr]) -> Iterator[ast.expr]:
    """The pieces of an f-string with neighbouring texts joined: Python versions cut them apart
    in different places."""
    for is_text, group in itertools.groupby(pieces, lambda piece: isinstance(piece, ast.Constant)):
        if is_text:
            yield ast.Constant("".join(str(cast(ast.Constant, text).value) for text in group))
        else:
            yield from group


def _is_idle(statement: ast.stmt) -> bool:
    """Whether a statement is a docstring, `...` or `pass`."""
    is_constant = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return is_constant or isinstance(statement, ast.Pass)


def _last_word(decorator: ast.expr) -> str:
    """`experiment` for `@experiments.experiment(...)`."""
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    if isinstance(called, ast.Attribute):
        return called.attr
    return called.id if isinstance(called, ast.Name) else ""


def canonical(node: object) -> str:
    """Write a syntax tree, or any part of one, as text that only meaning changes.

    Args:
        node: A node, a list of nodes, or a plain value inside one.
    """
    if isinstance(node, ast.Constant):
        return f"{type(node.value).__name__}:{node.value!a}"
    if isinstance(node, ast.AST):
        named = ((name, getattr(node, name, None)) for name in sorted(node._fields))
        filled = (
            f"{name}={canonical(value)}"
            for name, value in named
            if name not in IGNORED_FIELDS and value is not None and value != []
        )
        return f"{type(node).__name__}({','.join(filled)})"
    if isinstance(node, list):
        return f"[{','.join(canonical(item) for item in cast(list[object], node))}]"
    return ascii(node)
