"""Every public function that refuses something is asked for it in some test."""

import ast
import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from mechnotes import sae
from tests.superposition.bad_values import public_functions

HERE = Path(__file__).parent


def refusing() -> set[str]:
    """Public functions of all modules that say in their docstring that they raise something."""
    found = set()
    for info in pkgutil.walk_packages(sae.__path__, "mechnotes.sae."):
        module = importlib.import_module(info.name)
        if "claims" in info.name.rpartition(".")[2] or "._" in info.name:
            continue
        for name in public_functions(module):
            if "Raises:" in (getattr(module, name).__doc__ or ""):
                found.add(f"{info.name.rpartition('.')[2]}.{name}")
    return found


def is_bad_input(marks: list[ast.expr]) -> bool:
    return any("bad_input" in ast.unparse(mark) for mark in marks)


def asked(tree: ast.Module) -> Iterator[str]:
    """What is named within the tests that are marked, as `module.function`."""
    modules = {
        name.asname or name.name: f"{line.module.rpartition('.')[2]}.{name.name}"
        for line in ast.walk(tree)
        if isinstance(line, ast.ImportFrom) and line.module
        for name in line.names
    }
    whole = any(
        isinstance(line, ast.Assign)
        and ast.unparse(line.targets[0]) == "pytestmark"
        and is_bad_input([line.value])
        for line in tree.body
    )
    for node in tree.body:
        if whole or (isinstance(node, ast.FunctionDef) and is_bad_input(node.decorator_list)):
            for part in ast.walk(node):
                if isinstance(part, ast.Attribute):
                    yield ast.unparse(part)
                elif isinstance(part, ast.Name):
                    yield modules.get(part.id, part.id)


def all_asked() -> set[str]:
    trees = [ast.parse(file.read_text()) for file in HERE.rglob("test_*.py")]
    return {name for tree in trees for name in asked(tree)}


OPENED_ELSEWHERE = {
    "latents.extract": "sae.extract",
    "library.load": "sae.load",
    "library.save": "sae.save",
}
"""Functions that have another name at the topic's door."""


def test_every_public_function_that_refuses_something_is_asked_for_it():
    tried = all_asked()
    missing = {name for name in refusing() if {name, OPENED_ELSEWHERE.get(name)}.isdisjoint(tried)}
    assert missing == set()


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("@pytest.mark.bad_input\ndef test_a():\n    rule.pick(3)", True),
        ("def test_a():\n    rule.pick(3)", False),
        ("pytestmark = pytest.mark.bad_input\ndef test_a():\n    rule.pick(3)", True),
        ("@pytest.mark.bad_input\ndef test_a():\n    rule.share(3)", False),
        ("from x.rule import pick\n@pytest.mark.bad_input\ndef test_a():\n    pick(3)", True),
    ],
)
def test_what_is_asked_is_seen_in_marked_tests_alone(source: str, found: bool):
    assert ("rule.pick" in set(asked(ast.parse(source)))) == found


def test_every_refusal_is_checked_by_what_it_says():
    silent = [
        f"{file.name}:{call.lineno}"
        for file in HERE.rglob("test_*.py")
        for call in ast.walk(ast.parse(file.read_text()))
        if isinstance(call, ast.Call)
        and ast.unparse(call.func) == "pytest.raises"
        and ast.unparse(call.args[0]) == "ValueError"
        and not any(given.arg == "match" for given in call.keywords)
    ]
    assert silent == []
