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
from mechnotes._source.names import Bindings, Dotted, bindings, free_names

DECLARATIONS = frozenset({"experiment", "claim"})
"""Decorators that declare a function and leave what it computes alone."""

MACHINERY = frozenset(
    {"_artifacts", "_scorecard", "_source", "claims", "digests", "experiments"}
    | {"provenance", "runs", "validate", "verdicts"}
)
"""Modules and packages of mechnotes that are not followed."""

Definition = tuple[str, str]
"""A module's dotted name and a name defined in it."""


@dataclass(frozen=True)
class Module:
    """One source file, read but not imported."""

    name: str
    """Dotted name."""
    package: str
    """Dotted name of the package that relative imports start from."""
    definitions: dict[str, list[ast.stmt]]
    """For each name, the statements that define or change it, in order."""
    imports: Bindings
    """For each imported name, where it comes from."""
    stars: list[Dotted]
    """Modules whose every name is imported."""


@dataclass(frozen=True)
class Sources:
    """The packages whose definitions are followed."""

    roots: dict[str, Path]
    """For each top-level name, its folder, or its file for a single module."""

    def module(self, name: str) -> Module | None:
        """Read a module, or return None if it is not one of ours."""
        root, *inner = name.split(".")
        if root not in self.roots or _is_machinery(name):
            return None
        base = self.roots[root]
        if base.is_file():
            return None if inner else _read(name, base, False, base.stat().st_mtime_ns)
        folder = base.joinpath(*inner)
        for path, is_package in (
            (folder / "__init__.py", True),
            (folder.with_suffix(".py"), False),
        ):
            if path.is_file():
                return _read(name, path, is_package, path.stat().st_mtime_ns)
        return None

    def look_up(self, module: Module, dotted: Dotted) -> Iterator[Definition]:
        """Definitions that a dotted name used in a module stands for."""
        name, *attributes = dotted
        if name in module.definitions:
            yield module.name, name
        origin = module.imports.get(name)
        if origin is not None:
            yield from self.resolve((*origin, *attributes))
        elif name not in module.definitions:
            for star in module.stars:
                yield from self.resolve((*star, *dotted))

    def resolve(self, dotted: Dotted) -> Iterator[Definition]:
        """Definitions that an absolute dotted name stands for; none if it is not ours."""
        for cut in range(len(dotted), 0, -1):
            module = self.module(".".join(dotted[:cut]))
            if module is None:
                continue
            if cut == len(dotted):
                yield from ((module.name, name) for name in module.definitions)
            else:
                yield from self.look_up(module, dotted[cut:])
            return


def reachable(sources: Sources, start: Definition) -> dict[Definition, list[ast.stmt]]:
    """Every definition that `start` reaches, itself included, with its statements."""
    found: dict[Definition, list[ast.stmt]] = {}
    waiting = [start]
    while waiting:
        definition = waiting.pop()
        module = sources.module(definition[0])
        if definition in found or module is None:
            continue
        found[definition] = module.definitions[definition[1]]
        for statement in found[definition]:
            local, absolute = free_names(statement, package=module.package)
            for dotted in local:
                waiting.extend(sources.look_up(module, dotted))
            for dotted in absolute:
                waiting.extend(sources.resolve(dotted))
    return found


def sources_of(module_name: str) -> Sources:
    """The packages to follow for a function defined in an imported module."""
    roots = {"mechnotes": Path(__file__).parents[1]}
    root = module_name.partition(".")[0]
    loaded = sys.modules.get(root)
    folders = list(getattr(loaded, "__path__", []))
    file = getattr(loaded, "__file__", None)
    if folders:
        roots[root] = Path(folders[0])
    elif file:
        roots[root] = Path(file)
    return Sources(roots)


def _is_machinery(name: str) -> bool:
    parts = name.split(".")
    return parts[0] == "mechnotes" and len(parts) > 1 and parts[1] in MACHINERY


@functools.cache
def _read(name: str, path: Path, is_package: bool, modified: int) -> Module:  # noqa: ARG001
    """Parse a source file; `modified` makes an edited file a new entry of the cache."""
    package = name if is_package else name.rpartition(".")[0]
    tree = parse(path.read_text(encoding="utf-8"), declarations=DECLARATIONS)
    imports: Bindings = {}
    stars: list[Dotted] = []
    definitions: dict[str, list[ast.stmt]] = {}
    for statement in tree.body:
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
    """Names whose value a statement changes: `TABLE["a"] = 1`, `TABLE.update(...)`."""
    targets: list[ast.expr] = []
    if isinstance(statement, ast.Assign):
        targets = [t for t in statement.targets if not isinstance(t, ast.Name)]
    elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        targets = [statement.value.func]
    for target in targets:
        root: ast.expr = target
        while isinstance(root, ast.Attribute | ast.Subscript):
            root = root.value
        if isinstance(root, ast.Name) and root is not target:
            yield root.id
