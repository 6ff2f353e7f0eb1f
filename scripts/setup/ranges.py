"""Compares installed versions with the ranges that `pyproject.toml` declares.

Understands what stands there: `name`, `name>=3.9,<4`, `name==1.2`. Versions compare by their
numbers; what follows them (`+cpu`, `rc1`) does not count.
"""

import operator
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

from . import packages

REQUIREMENT = re.compile(r"^([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?\s*([^;]*)")
COMPARISONS = {
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
}


def numbers(version: str) -> tuple[int, ...]:
    """The version's leading numbers without trailing zeros, so that 4 equals 4.0."""
    leading = re.match(r"\d+(?:\.\d+)*", version)
    parts = [int(part) for part in leading.group().split(".")] if leading else []
    while parts and parts[-1] == 0:
        parts.pop()
    return tuple(parts)


def fits(version: str, declared: str) -> bool:
    """Whether a version lies in a range such as `>=3.9,<4`; everything lies in an empty one.

    Raises:
        ValueError: If the range uses another comparison than the six common ones.
    """
    for part in filter(None, (part.strip() for part in declared.split(","))):
        found = re.fullmatch(r"(>=|<=|==|!=|>|<)\s*([\w.+]+)", part)
        if found is None:
            raise ValueError(f"cannot read the range {part!r}; expected for example '>=3.9,<4'")
        if not COMPARISONS[found[1]](numbers(version), numbers(found[2])):
            return False
    return True


def outside(
    pyproject: Path, installed: Mapping[str, str], tested: Mapping[str, list[str]]
) -> list[str]:
    """One sentence for each declared requirement that is missing or outside its range."""
    project = tomllib.loads(pyproject.read_text("utf-8"))["project"]
    declared = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    sentences = []
    for requirement in declared:
        found = REQUIREMENT.match(requirement)
        if found is None:
            continue
        name, limits = packages.canonical(found[1]), found[2].strip()
        version = installed.get(name)
        if version is None or not fits(version, limits):
            advice = f" (tested: {' or '.join(tested[name])})" if name in tested else ""
            sentences.append(f"{name} {version or 'missing'}, wanted {limits or 'any'}{advice}")
    return sentences
