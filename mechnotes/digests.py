"""Has the code or the data behind a stored number changed?

A digest is the first 16 hexadecimal digits of a SHA-256. Three of them answer the question at three
grains: `source_digest` for a piece of Python, `function_digest` for a function with everything it
reaches, `file_digest` for a file. Comments, docstrings and formatting never count, so prose can be
edited freely; digests are equal on every supported Python version.

The grain of `function_digest` is the definition, not the module: adding a function beside another,
or a case to an experiment, leaves every other digest as it was.

Only the standard library is needed here, so that the site's tools run without torch.
"""

import ast
import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from mechnotes import validate
from mechnotes._source import reach
from mechnotes._source.canonical import canonical, parse


def source_digest(source: str) -> str:
    """Digest of Python source without comments, docstrings and formatting.

    Args:
        source: Source text of a module or of a page's cell.

    Returns:
        16 hexadecimal digits.

    Raises:
        ValueError: If the text is not Python.

    Examples:
        >>> source_digest("x = 1  # one") == source_digest("x=1")
        True
    """
    if not isinstance(source, str):
        _refuse_source(type(source).__name__)
    try:
        tree = parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        _refuse_source(f"text that Python cannot read ({error})")
    return shortened(canonical(tree).encode())


def function_digest(function: Callable[..., object]) -> str:
    """Digest of a function and of every mechnotes definition it reaches by name.

    Reached are functions, classes with their methods, and module-level constants, through any chain
    of imports. The decorators `@experiment` and `@claim` do not count; others do.

    Args:
        function: A function or class defined at the top level of a module, or a method.

    Returns:
        16 hexadecimal digits.

    Raises:
        ValueError: If the object has no source that can be found by its name (a lambda, a function
            inside another, a built-in, something typed into a session), or a file that it reaches
            is not Python at the moment.

    Note:
        What is only found at run time (`getattr` with a computed name, a registry filled by
        decorators) cannot be seen in source and is not part of the digest.
    """
    try:
        definitions = _reachable(function)
    except (SyntaxError, UnicodeDecodeError) as error:
        _refuse_source(f"a file that {function!r} reaches and Python cannot read ({error})")
    lines = [
        f"{module}:{name}={canonical(statements)}"
        for (module, name), statements in sorted(definitions.items(), key=lambda item: item[0])
    ]
    return shortened("\n".join(lines).encode())


def file_digest(path: str | os.PathLike[str]) -> str:
    """Digest of a file: `source_digest` for a `.py` file, the plain bytes for any other.

    Args:
        path: The file.

    Returns:
        16 hexadecimal digits.

    Raises:
        ValueError: If there is no such file, or it ends in .py and is not Python.
    """
    known = isinstance(path, str | os.PathLike) and "\0" not in str(path)
    if not known or not Path(path).is_file():
        validate.refuse(
            "path",
            got=repr(path),
            expected="a file",
            fix="Check the spelling; for a folder, take the digest of each file.",
        )
    content = Path(path).read_bytes()
    if Path(path).suffix != ".py":
        return shortened(content)
    # Bytes that are not UTF-8 become text that no parser accepts, and are refused as such.
    return source_digest(content.decode(errors="surrogateescape"))


def shortened(content: bytes) -> str:
    """First 16 hexadecimal digits of the SHA-256 of some bytes.

    Raises:
        ValueError: If `content` is not bytes.
    """
    if not isinstance(content, bytes | bytearray | memoryview):
        validate.refuse(
            "content",
            got=type(content).__name__,
            expected="bytes",
            fix="Encode text with .encode() first.",
        )
    return hashlib.sha256(content).hexdigest()[:16]


def _reachable(function: Callable[..., object]) -> dict[reach.Definition, list[ast.stmt]]:
    """The definitions that a function reaches, or a refusal if its own source cannot be found."""
    module_name = str(getattr(function, "__module__", ""))
    qualified = str(getattr(function, "__qualname__", "<"))
    name = qualified.partition(".")[0]
    sources = reach.Sources(module_name)
    module = sources.module(module_name)
    if module is None or name not in module.definitions or "<" in qualified:
        validate.refuse(
            "function",
            got=repr(function),
            expected="a function or class defined at the top level of a module file",
            fix="Move it to the top level of a module and import it from there.",
        )
    return reach.reachable(sources, (module_name, name))


def _refuse_source(got: str) -> NoReturn:
    validate.refuse("source", got=got, expected="Python source text", fix="Mend its syntax first.")
