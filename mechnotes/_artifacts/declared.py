"""Is an experiment declared in a way that can be stored and found again?

The checks behind `@experiment` and the look-ups by name. Names become file names, so they are
limited to what every file system and shell takes literally.
"""

import dataclasses
import difflib
import re
import typing
from collections.abc import Iterable, Mapping
from typing import Any

from mechnotes import validate
from mechnotes._artifacts import results

SCALES = ("paper", "reduced")
CASE_NAME = re.compile(r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?")


def check_cases(cases: object) -> None:
    """Check that cases are named frozen dataclasses of plain values.

    Raises:
        ValueError: If they are not.
    """
    if not isinstance(cases, Mapping) or not cases:
        validate.refuse(
            "cases",
            got=repr(cases),
            expected="a dict of configs by name, not empty",
            fix='Write cases={"default": MyConfig()}.',
        )
    for name, config in cases.items():
        if not isinstance(name, str) or not CASE_NAME.fullmatch(name):
            validate.refuse(
                "cases",
                got=f"the name {name!r}",
                expected="small letters, digits, dots, hyphens and underscores",
                fix="A case's name is its file's name: shorten it to a word or two.",
            )
        is_config = dataclasses.is_dataclass(config) and not isinstance(config, type)
        if not is_config or not type(config).__dataclass_params__.frozen:
            validate.refuse(
                f"cases[{name!r}]",
                got=repr(config),
                expected="an instance of a frozen dataclass",
                fix="Declare the config with @dataclass(frozen=True, kw_only=True, slots=True).",
            )
        results.plain(config)


def scale_of_each(scale: object, cases: Mapping[str, Any]) -> dict[str, str]:
    """The scale of each case.

    Raises:
        ValueError: If a scale is unknown, or a case has none.
    """
    each = dict(scale) if isinstance(scale, Mapping) else dict.fromkeys(cases, scale)
    if set(each) != set(cases):
        validate.refuse(
            "scale",
            got=f"scales for {', '.join(map(str, each)) or 'no case'}",
            expected=f"one for each of {', '.join(cases)}",
            fix='Pass a single word, such as scale="reduced", if all cases share it.',
        )
    for value in each.values():
        validate.choice(value, "scale", SCALES)
    return {case: str(value) for case, value in each.items()}


def name_of(function: object) -> str:
    """Name of a function below its package: `superposition.training.train`.

    Raises:
        ValueError: If it is not a function at the top level of a module.
    """
    qualified = getattr(function, "__qualname__", "<none>")
    if not callable(function) or isinstance(function, type) or not qualified.isidentifier():
        validate.refuse(
            "function",
            got=repr(function),
            expected="a function at the top level of a module",
            fix="Move it out of the class or function around it.",
        )
    _, _, module = function.__module__.partition(".")
    return f"{module}.{qualified}".lstrip(".")


def result_type(experiment: Any) -> type:
    """The dataclass that an experiment returns.

    Raises:
        ValueError: If its annotation names none, or one without a place for the provenance.
    """
    kind = typing.get_type_hints(experiment).get("return")
    if not dataclasses.is_dataclass(kind) or results.PROVENANCE not in (
        field.name for field in dataclasses.fields(kind)
    ):
        validate.refuse(
            f"the return annotation of {experiment.experiment_name}",
            got=repr(kind),
            expected="a frozen dataclass whose last field is `provenance`",
            fix="Add `provenance: Provenance | None = field(default=None, ...)` to it.",
        )
    return typing.cast(type, kind)


def known_case(experiment: Any, case: object) -> None:
    """Check that an experiment has a case.

    Raises:
        ValueError: If it is not an experiment, or has no such case.
    """
    if not isinstance(getattr(experiment, "experiment_name", None), str):
        validate.refuse(
            "experiment",
            got=repr(experiment),
            expected="a function declared with @experiment",
            fix="Pass the function itself, for example load(training.train, 'pentagon').",
        )
    known(case, experiment.cases, "case")


def known(name: Any, names: Iterable[str], what: str) -> str:
    """Check that a name is one of those that exist; suggest the nearest otherwise.

    Raises:
        ValueError: If it is not.
    """
    existing = sorted(names)
    if not isinstance(name, str) or name not in existing:
        near = difflib.get_close_matches(str(name), existing, n=1, cutoff=0.4)
        validate.refuse(
            what,
            got=repr(name),
            expected=f"one of {', '.join(existing) or 'none: nothing is declared'}",
            fix=f"Did you mean {near[0]!r}?" if near else "scripts/prerun.py list shows them all.",
        )
    return name
