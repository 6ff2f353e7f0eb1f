"""Which definitions does a function reach?

A function reaches the module-level definitions whose names it uses (functions, classes, constants),
those that these use, and so on through imports, as long as they are defined in our own packages:
the one the function lives in, and mechnotes. Third-party code is not followed: its versions are in
the manifest. Nothing is imported to find out; source files are read where they lie.

A module used as a value (`getattr(hooks, name)`) counts as all its definitions. Checks of input and
the experiment machinery itself are not followed: they decide whether a result exists, never what
it is.
"""

import ast
import functools
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mechnotes._source.canonical import parse
from mechnotes._source.names import Dotted, bindings, free_names, own_scope

DECLARATIONS = frozenset({"experiment", "claim"})
"""Decorators that declare a function and leave what it computes alone."""

MACHINERY = frozenset(
    {"_artifacts", "_scorecard", "_source", "claims", "digests", "experiments"}
    | {"provenance", "runs", "validate", "verdicts"}
)
"""Modules and packages of mechnotes that are not followed."""

Definition = tuple[str, str]
"""A module's dotted name and a name defined in it."""


@dataclass(frozen=True, eq=False)
class Module:
    """One source file, read but not imported."""

    name: str
    """Dotted name."""
    package: str
    """Dotted name of the package that relative imports start from."""
    definitions: dict[str, list[ast.stmt]]
    """For each name, the statements that define or change it, in order."""
    imports: dict[str, Dotted]
    """For each imported name, where it comes from."""
    stars: list[Dotted]
    """Modules whose every name is imported."""


class Sources:
    """The packages whose definitions are followed, read as they lie on the disk now."""

    def __init__(self, module_name: str) -> None:
        """Follow mechnotes and the package of `module_name`, which must have been imported."""
        root = module_name.partition(".")[0]
        loaded = sys.modules.get(root)
        file = getattr(loaded, "__file__", None)
        self.roots = {"mechnotes": Path(__file__).parents[1]}
        for home in [*getattr(loaded, "__path__", []), *([file] if file else [])][:1]:
            self.roots[root] = Path(home)
        self._modules: dict[str, Module | None] = {}

    def module(self, name: str) -> Module | None:
        """A module of ours, or None."""
        if name not in self._modules:
            self._modules[name] = self._find(name)
        return self._modules[name]

    def _find(self, name: str) -> Module | None:
        root, *inner = name.split(".")
        if root not in self.roots or (root == "mechnotes" and inner and inner[0] in MACHINERY):
            return None
        home = self.roots[root]
        base = home if home.is_file() else home.joinpath(*inner)
        if home.is_file() and not inner:
            return _read(name, name.rpartition(".")[0], home.read_text(encoding="utf-8"))
        for path, package in (
            (base / "__init__.py", name),
            (base.with_suffix(".py"), name.rpartition(".")[0]),
        ):
            if path.is_file():
                return _read(name, package, path.read_text(encoding="utf-8"))
        return None

    def definitions(self, dotted: Dotted) -> Iterator[Definition]:
        """Definitions that an absolute dotted name stands for; none if it is not ours."""
        waiting, seen = [dotted], set[Dotted]()
        while waiting:
            current = waiting.pop()
            module, inner = self._split(current)
            if module is None or current in seen:
                continue
            seen.add(current)
            if not inner:  # the module itself is used as a value
                yield from ((module.name, name) for name in module.definitions)
            elif inner[0] in module.definitions:
                yield module.name, inner[0]
            if inner[:1] and inner[0] in module.imports:
                waiting.append((*module.imports[inner[0]], *inner[1:]))
            elif inner[:1] and inner[0] not in module.definitions:
                waiting.extend((*star, *inner) for star in module.stars)

    def _split(self, dotted: Dotted) -> tuple[Module | None, Dotted]:
        """The longest part of a dotted name that is a module of ours, and the rest."""
        for cut in range(len(dotted), 0, -1):
            module = self.module(".".join(dotted[:cut]))
            if module is not None:
                return module, dotted[cut:]
        return None, dotted


def reachable(sources: Sources, start: Definition) -> dict[Definition, list[ast.stmt]]:
    """Every definition that `start` reaches, itself included, with its statements."""
    found: dict[Definition, list[ast.stmt]] = {}
    waiting = [start]
    while waiting:
        definition = waiting.pop()
        module = sources.module(definition[0])
        if definition not in found and module is not None:
            found[definition] = module.definitions[definition[1]]
            for dotted in _used(module, definition[1]):
                waiting.extend(sources.definitions(dotted))
    return found


@functools.cache
def _used(module: Module, name: str) -> frozenset[Dotted]:
    """Absolute dotted names that a definition uses."""
    return frozenset(
        dotted
        for statement in module.definitions[name]
        for dotted in free_names(statement, module=module.name, package=module.package)
    )


@functools.cache
def _read(name: str, package: str, source: str) -> Module:
    """Parse a source file; an edited file is another entry of the cache."""
    imports: dict[str, Dotted] = {}
    stars: list[Dotted] = []
    definitions: dict[str, list[ast.stmt]] = {}
    for statement in parse(source, declarations=DECLARATIONS).body:
        for bound, origin in bindings([statement], package=package).items():
            if origin is None:
                definitions.setdefault(bound, []).append(statement)
            elif bound == "*":
                stars.append(origin[:-1])
            else:
                imports[bound] = origin
        for changed in _changed_in_place(statement):
            definitions.setdefault(changed, []).append(statement)
    return Module(name, package, definitions, imports, stars)


def _changed_in_place(statement: ast.stmt) -> Iterator[str]:
    """Names that a statement may change: `T["a"] = 1`, `T.update(...)`, `setattr(C, ...)`."""
    for node in own_scope([statement]):
        targets: list[ast.expr] = []
        if isinstance(node, ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load):
            targets = [node]
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            targets = [node.value.func, *node.value.args]
        for root in targets:
            while isinstance(root, ast.Attribute | ast.Subscript):
                root = root.value
            if isinstance(root, ast.Name):
                yield root.id
