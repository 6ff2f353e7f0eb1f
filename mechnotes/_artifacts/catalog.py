"""Which experiments and claims does a package declare?

Nobody keeps a list: the package's folder is walked. Only modules whose source contains the right
words are imported, so that looking for experiments does not load every library that some page uses.
"""

import importlib
import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from mechnotes import validate


def modules(package: str, *words: str) -> Iterator[ModuleType]:
    """Import the modules of a package whose source contains all words, in alphabetical order.

    Args:
        package: Dotted name of a package.
        *words: Texts to look for.

    Raises:
        ValueError: If there is no such package.
    """
    for folder in _folders(package):
        sys.audit("mechnotes.read", str(folder))  # which files there are is part of what was read
        for path in sorted(folder.rglob("*.py")):
            parts = path.relative_to(folder).with_suffix("").parts
            source = path.read_text(encoding="utf-8")
            if parts[-1] != "__init__" and all(word in source for word in words):
                yield importlib.import_module(".".join((package, *parts)))


def _folders(package: str) -> list[Path]:
    """Folders of a package."""
    spec = None
    if isinstance(package, str) and all(part.isidentifier() for part in package.split(".")):
        try:
            spec = importlib.util.find_spec(package)
        except ModuleNotFoundError:
            spec = None
    if spec is None or spec.submodule_search_locations is None:
        validate.refuse(
            "package",
            got=repr(package),
            expected="the dotted name of a package that can be imported",
            fix='The default is "mechnotes"; start Python where the package can be found.',
        )
    return [Path(folder) for folder in spec.submodule_search_locations]
