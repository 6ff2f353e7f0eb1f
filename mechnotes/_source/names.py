"""Which names does a definition take from outside itself?

`free_names` walks one statement of a module and returns the dotted names that Python would look up
in the module when the statement runs: in a module `m`, `hooks.z(model)` gives m.hooks.z. Names
bound inside (parameters, assignments, loop variables) are left out by Python's own scope rules, so
a new module-level function called `loss` does not touch a neighbour that has a local `loss`.

Imports inside a function are followed too, because heavy libraries are imported there. Attributes
found at run time (`getattr`, registries) are invisible to any reader of source.
"""

import ast
from collections.abc import Iterable, Iterator, Sequence

Dotted = tuple[str, ...]
"""A name and its attributes: `hooks.z` is ("hooks", "z")."""

Bindings = dict[str, Dotted | None]
"""What a scope binds: an imported name to where it comes from, any other name to None."""

Named = (
    ast.FunctionDef
    | ast.AsyncFunctionDef
    | ast.ClassDef
    | ast.ExceptHandler
    | ast.MatchAs
    | ast.MatchStar
)
Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


def bindings(statements: Iterable[ast.AST], *, package: str) -> Bindings:
    """Names that statements bind in their own scope.

    Args:
        statements: Statements of one scope; nested functions and classes are not entered.
        package: Dotted name of the package that relative imports start from.
    """
    bound: Bindings = {}
    outer: set[str] = set()
    for node in own_scope(statements):
        if isinstance(node, ast.Import | ast.ImportFrom):
            bound.update(_imported(node, package))
        elif isinstance(node, ast.Global | ast.Nonlocal):
            outer.update(node.names)
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            bound.setdefault(node.id)
        elif isinstance(node, Named) and node.name:
            bound.setdefault(node.name)
        elif isinstance(node, ast.MatchMapping) and node.rest:
            bound.setdefault(node.rest)
    return {name: origin for name, origin in bound.items() if name not in outer}


def free_names(statement: ast.AST, *, module: str, package: str) -> set[Dotted]:
    """Absolute dotted names that a module-level statement uses.

    Args:
        statement: A top-level statement.
        module: Dotted name of its module; a name not bound inside is looked up there.
        package: Dotted name of the package that relative imports start from.
    """
    reader = _Reader(module, package)
    reader.visit(statement)
    return reader.found


class _Reader(ast.NodeVisitor):
    """Walks a statement with a stack of the scopes around the current node."""

    def __init__(self, module: str, package: str) -> None:
        self.module = tuple(module.split("."))
        self.package = package
        self.scopes: list[Bindings] = []
        self.found: set[Dotted] = set()

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            self._use(node.id, ())

    def visit_Attribute(self, node: ast.Attribute) -> None:
        root, attributes = _chain(node)
        if isinstance(root, ast.Name):
            self._use(root.id, attributes)
        else:
            self.visit(root)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for outside in (*node.decorator_list, node.args):
            self.visit(outside)
        self._annotation(node.returns)
        self._function(node, node.body)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self.visit(node.args)
        self._function(node, [node.body])

    def visit_arg(self, node: ast.arg) -> None:
        self._annotation(node.annotation)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self._annotation(node.annotation)
        self.visit(node.target)
        if node.value is not None:
            self.visit(node.value)

    def _comprehension(self, node: Comprehension) -> None:
        targets = [generator.target for generator in node.generators]
        self.scopes.append(bindings(targets, package=self.package))
        self.generic_visit(node)
        self.scopes.pop()

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _comprehension

    def _function(self, node: Function, body: Sequence[ast.AST]) -> None:
        bound = bindings(body, package=self.package)
        every = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
        extra = (node.args.vararg, node.args.kwarg)
        bound.update((a.arg, None) for a in (*every, *extra) if a is not None)
        self.scopes.append(bound)
        for statement in body:
            self.visit(statement)
        self.scopes.pop()

    def _annotation(self, node: ast.expr | None) -> None:
        """Visit an annotation; one that is a string names a class defined further down."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            try:
                node = ast.parse(node.value, mode="eval").body
            except SyntaxError:
                return
        if node is not None:
            self.visit(node)

    def _use(self, name: str, attributes: Dotted) -> None:
        for scope in reversed(self.scopes):
            if name in scope:
                origin = scope[name]
                if origin is not None:
                    self.found.add((*origin, *attributes))
                return
        self.found.add((*self.module, name, *attributes))


def _chain(node: ast.Attribute) -> tuple[ast.expr, Dotted]:
    """Split `a.b.c` into the expression `a` and ("b", "c")."""
    attributes: list[str] = []
    current: ast.expr = node
    while isinstance(current, ast.Attribute):
        attributes.append(current.attr)
        current = current.value
    return current, tuple(reversed(attributes))


def own_scope(statements: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Every node of a scope, without the insides of nested functions, classes, comprehensions."""
    waiting = list(statements)
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, ast.comprehension):
            waiting.extend((node.iter, *node.ifs))
        elif not isinstance(node, Function | ast.ClassDef):
            waiting.extend(ast.iter_child_nodes(node))


def _imported(node: ast.Import | ast.ImportFrom, package: str) -> Bindings:
    """Names that an import binds, each with the absolute name it stands for."""
    if isinstance(node, ast.Import):
        # `import a.b` binds a; `import a.b as c` binds c to a.b.
        return {
            alias.asname or alias.name.partition(".")[0]: (
                tuple(alias.name.split(".")) if alias.asname else (alias.name.partition(".")[0],)
            )
            for alias in node.names
        }
    start: Dotted = ()
    if node.level:
        parents = package.split(".")
        start = tuple(parents[: len(parents) - node.level + 1])
    if node.module:
        start += tuple(node.module.split("."))
    return {alias.asname or alias.name: (*start, alias.name) for alias in node.names}
