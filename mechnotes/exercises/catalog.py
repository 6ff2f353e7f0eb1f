"""Which exercise has this id?

Exercises are module-level objects in this package; the catalog finds them by walking it, so there
is no list to keep. A module is imported only when the id was not in the modules before it.
"""

import difflib
import importlib
import pkgutil
import re
import sys
from collections.abc import Callable, Iterator
from typing import Any

from mechnotes import exercises, validate
from mechnotes.exercises.exercise import Exercise
from mechnotes.exercises.result import CheckResult


def check(id: str, function: Callable[..., Any]) -> CheckResult:
    """Judge an attempt at an exercise.

    Args:
        id: For example "E03".
        function: The reader's function itself, not its result.

    Returns:
        Whether it passed, and a message; shown as a box on a page.

    Raises:
        ValueError: If no exercise has that id.

    Examples:
        >>> catalog.check("E04", lambda importance_ratio: importance_ratio)
    """
    return find(id).check(function)


def find(id: str) -> Exercise:
    """The exercise with this id; a page shows it as its task.

    Raises:
        ValueError: If no exercise has that id; the message names the nearest ones.
    """
    known: list[str] = []
    for exercise in every():
        if exercise.id == id:
            return exercise
        known.append(exercise.id)
    padded = re.sub(r"^([A-Z])(\d)$", r"\g<1>0\2", str(id).upper())
    near = difflib.get_close_matches(padded, known, n=1, cutoff=0.5)
    advice = f"Did you mean {near[0]!r}?" if near else "Ids are a letter and one or two digits."
    expected = f"one of {', '.join(sorted(known))}"
    return validate.refuse("exercise id", got=repr(id), expected=expected, fix=advice)


def every() -> Iterator[Exercise]:
    """All exercises, each once, in the order of modules and of their definition."""
    seen: set[str] = set()
    for folder in exercises.__path__:
        sys.audit("mechnotes.read", str(folder))  # a new file may hold the exercise looked for
    for module in pkgutil.iter_modules(exercises.__path__, f"{exercises.__name__}."):
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, Exercise) and value.id not in seen:
                seen.add(value.id)
                yield value
