"""What is public is documented and typed, and the package is silent."""

import ast
from collections.abc import Iterator

import pytest

from tests.contracts.sources import Module, modules

Function = ast.FunctionDef | ast.AsyncFunctionDef
SPEAKING = {"print", "pprint"}


def definitions(source: Module) -> Iterator[tuple[str, Function | ast.ClassDef]]:
    """Public functions and classes of a module and public methods of those classes."""
    yield from _of_body(source.name, source.tree.body)


def _of_body(name: str, body: list[ast.stmt]) -> Iterator[tuple[str, Function | ast.ClassDef]]:
    for node in body:
        if isinstance(node, Function | ast.ClassDef) and _is_public(node.name):
            yield f"{name}.{node.name}", node
            if isinstance(node, ast.ClassDef):
                yield from _of_body(f"{name}.{node.name}", node.body)


def _is_public(name: str) -> bool:
    return not name.startswith("_") or (name.startswith("__") and name.endswith("__"))


def undocumented(source: Module) -> Iterator[str]:
    """Public names without a docstring; methods with double underscores need none."""
    if not source.text.strip():
        return
    if ast.get_docstring(source.tree) is None:
        yield source.name
    for name, node in definitions(source):
        is_overload = any("overload" in ast.unparse(one) for one in node.decorator_list)
        if not node.name.startswith("__") and not is_overload and not ast.get_docstring(node):
            yield name


def untyped(source: Module) -> Iterator[str]:
    """Arguments and results of public functions without an annotation."""
    for name, node in definitions(source):
        if isinstance(node, ast.ClassDef):
            continue
        named = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        rest = [one for one in (node.args.vararg, node.args.kwarg) if one]
        for argument in [*named, *rest]:
            if argument.annotation is None and argument.arg not in ("self", "cls"):
                yield f"{name}({argument.arg})"
        if node.returns is None and node.name != "__init__":
            yield f"{name} -> ?"


def speaking(source: Module) -> Iterator[str]:
    """Calls that write to the terminal or set up logging; a command line is there to speak."""
    if source.name.endswith(".__main__"):
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if called in SPEAKING or called.endswith(("basicConfig", "stdout.write")):
                yield f"{source.name}:{node.lineno} {called}"


PUBLIC = [source for source in modules("mechnotes") if source.public]


def test_everything_public_has_a_docstring():
    assert [name for source in PUBLIC for name in undocumented(source)] == []


def test_everything_public_is_typed():
    assert [name for source in PUBLIC for name in untyped(source)] == []


def test_the_package_prints_nothing():
    assert [line for source in modules("mechnotes") for line in speaking(source)] == []


DOC = '"""Says something."""\n'


@pytest.mark.parametrize(
    "text",
    [
        "x = 1\n",
        f"{DOC}def f() -> None:\n    x = 1\n",
        f"{DOC}class C:\n    x = 1\n",
        f"{DOC}class C:\n    {DOC}    def m(self) -> None:\n        x = 1\n",
    ],
)
def test_a_missing_docstring_is_seen(text: str):
    assert len(list(undocumented(Module("m", text)))) == 1


@pytest.mark.parametrize(
    "signature",
    [
        "def f(a) -> None",
        "def f(*, a) -> None",
        "def f(*a) -> None",
        "def f(**a) -> None",
        "def f(a: int)",
        "async def f(a: int)",
    ],
)
def test_a_missing_annotation_is_seen(signature: str):
    assert len(list(untyped(Module("m", f"{signature}:\n    return a\n")))) == 1


def test_what_is_private_or_typed_passes():
    text = "def _f(a):\n    pass\n\nclass C:\n    def __init__(self, a: int):\n        pass\n"
    assert list(untyped(Module("m", text))) == []


@pytest.mark.parametrize("call", ["print('a')", "sys.stdout.write('a')", "logging.basicConfig()"])
def test_a_call_that_speaks_is_seen(call: str):
    assert len(list(speaking(Module("m", f"def f():\n    {call}\n")))) == 1
