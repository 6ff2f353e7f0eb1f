"""No file, function or cell is longer than a reader can hold: maxima, not averages."""

import ast
import re
from collections.abc import Iterator

from tests.contracts.sources import Module, modules, pages

FILE_LINES = 250
FUNCTION_LINES = 50
CELL_LINES = 15
PAGE_FUNCTION_LINES = 5


def too_long(source: Module) -> Iterator[str]:
    """What in a file passes the limits."""
    lines = len(source.text.splitlines())
    if lines > FILE_LINES:
        yield f"{source.name} has {lines} lines, at most {FILE_LINES}"
    yield from long_functions(source.name, source.text, FUNCTION_LINES)


def long_functions(name: str, text: str, limit: int) -> Iterator[str]:
    """Functions with more lines than the limit, counted from `def` to the last line."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > limit:
                yield f"{name}: {node.name} has {lines} lines, at most {limit}"


def code_cells(page: str) -> list[str]:
    """The code cells of a percent-format page, without their headers."""
    parts = re.split(r"^(# %%.*)$", page, flags=re.M)[1:]
    pairs = zip(parts[::2], parts[1::2], strict=True)
    return [text.strip("\n") for header, text in pairs if "[markdown]" not in header]


def long_cells(name: str, page: str) -> Iterator[str]:
    """What in a page's code cells passes the limits."""
    for number, cell in enumerate(code_cells(page), start=1):
        lines = len(cell.splitlines())
        where = f"{name}, code cell {number}"
        if lines > CELL_LINES:
            yield f"{where} has {lines} lines, at most {CELL_LINES}"
        yield from long_functions(where, cell, PAGE_FUNCTION_LINES)


def test_files_and_functions_keep_their_limits():
    sources = [*modules("mechnotes"), *modules("scripts"), *modules("tests")]
    assert [line for source in sources for line in too_long(source)] == []


def test_cells_of_pages_keep_their_limits():
    assert [line for name, text in pages().items() for line in long_cells(name, text)] == []


def test_a_file_of_251_lines_is_too_long():
    assert list(too_long(Module("long", "x = 1\n" * 250))) == []
    assert list(too_long(Module("long", "x = 1\n" * 251))) != []


def test_a_function_of_51_lines_is_too_long():
    fits = "def f():\n" + "    x = 1\n" * 49
    assert list(too_long(Module("m", fits))) == []
    assert list(too_long(Module("m", f"{fits}    y = 2\n"))) != []
    assert (
        list(
            too_long(
                Module(
                    "m", f"class C:\n    async {fits.replace('    ', '        ')}        y = 2\n"
                )
            )
        )
        != []
    )


def test_a_cell_of_16_lines_is_too_long():
    page = "# ---\n# title: A\n# ---\n\n# %% [markdown]\n" + "# words\n" * 30
    assert list(long_cells("p", page + "\n# %% alt='a'\n" + "x = 1\n" * 15)) == []
    assert list(long_cells("p", page + "\n# %%\n" + "x = 1\n" * 16)) != []


def test_a_page_may_define_a_function_of_five_lines_and_no_more():
    body = "    x = 1\n" * 4
    assert list(long_cells("p", f"# %%\ndef f():\n{body}")) == []
    assert list(long_cells("p", f"# %%\ndef f():\n{body}    y = 2\n")) != []
