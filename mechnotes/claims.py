"""Which published statements did we measure, and what came out?

A claim is a function beside the science that measures one number from stored weights:

    @claim(id="N-TMS-1", statement="Five sparse features form a pentagon", published="72 degrees",
           source="Elhage et al. 2022, section 2", band=Band(low=67, high=77, unit="degrees"),
           recorded="reproduced")
    def pentagon_angles() -> Measured: ...

The band was set once from a pilot and then frozen. `recorded` is the verdict of the day it was
written, which may be *differs*: tests ask that today's verdict is the same, so nobody gains by
loosening a band. The same function feeds the tests, the badge on a page and the scorecard.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn, Protocol, cast, runtime_checkable

from mechnotes import _scorecard, validate
from mechnotes._artifacts import catalog
from mechnotes.experiments import ArtifactMissing
from mechnotes.verdicts import VERDICTS, Verdict, judge
from mechnotes.verdicts import Band as Band
from mechnotes.verdicts import Claim as Claim
from mechnotes.verdicts import Measured as Measured
from mechnotes.verdicts import Outcome as Outcome


@runtime_checkable
class ClaimFunction(Protocol):
    """A function declared with `@claim`."""

    claim: Claim

    def __call__(self) -> Measured:
        """Measure."""


def claim(
    *,
    id: str,
    statement: str,
    published: str,
    source: str,
    band: Band,
    recorded: Verdict,
    control_band: Band | None = None,
) -> Callable[[Callable[[], Measured]], ClaimFunction]:
    """Declare a function without arguments that measures one number of a publication.

    Args:
        id: Short name, one for each number.
        statement: The claim as a sentence.
        published: The published value, with its unit.
        source: Paper and section.
        band: Where the value must lie to count as reproduced.
        recorded: The verdict when the claim was written.
        control_band: Where the control's value must lie.

    Returns:
        A decorator that adds the claim to the function and hands the same function back.

    Raises:
        ValueError: If a text is empty, the id is no word, or a band or verdict is none.
    """
    texts = {"id": id, "statement": statement, "published": published, "source": source}
    _check_texts(texts)
    validate.choice(recorded, "recorded", VERDICTS)
    for name, limits in (("band", band), ("control_band", control_band)):
        if not isinstance(limits, Band) and (name == "band" or limits is not None):
            _refuse(name, limits, "a Band", f"Write {name}=Band(low=67, high=77, unit='degrees').")

    def declare(function: Callable[[], Measured]) -> ClaimFunction:
        if not hasattr(function, "__qualname__"):
            _refuse("function", function, "a function", "Put @claim(...) above a def.")
        declared = cast(Any, function)
        declared.claim = Claim(
            **texts,
            band=band,
            recorded=recorded,
            control_band=control_band,
            measured_by=f"{function.__module__}.{function.__qualname__}",
        )
        return cast(ClaimFunction, declared)

    return declare


def _check_texts(texts: Mapping[str, object]) -> None:
    for name, text in texts.items():
        if not isinstance(text, str) or not text.strip():
            _refuse(name, text, "a text that is not empty", f"Say the {name} in a few words.")
    if not re.fullmatch(r"[\w.-]+", str(texts["id"])):
        _refuse("id", texts["id"], "letters, digits, dots and hyphens", "Name it like N-TMS-1a.")


def verdict(function: ClaimFunction) -> Outcome:
    """Measure a claim now and judge it.

    `mechnotes.verdicts` says how. A missing artifact gives "not run"; no other error is caught.

    Raises:
        ValueError: If the function is not a claim, or does not measure what it declares.
        ArtifactStale: If an artifact is stale.
        ArtifactCorrupt: If an artifact is damaged.
    """
    declared = getattr(function, "claim", None)
    if not isinstance(declared, Claim):
        _refuse("claim", function, "a function declared with @claim", "Pass the function itself.")
    try:
        measured = function()
    except ArtifactMissing as error:
        return Outcome(claim=declared, measured=None, verdict="not run", reason=str(error))
    if not isinstance(measured, Measured):
        _refuse(declared.id, measured, "a Measured", "Return Measured(value=...).")
    return judge(declared, measured)


@dataclass(frozen=True, kw_only=True, slots=True)
class Badge:
    """A claim's outcome as a small mark in a page."""

    outcome: Outcome

    def _repr_html_(self) -> str:
        return _scorecard.badge_html(self.outcome)


@dataclass(frozen=True, kw_only=True, slots=True)
class Scorecard:
    """The outcomes of all claims, as a table."""

    rows: tuple[Outcome, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many claims have each verdict; verdicts that nobody has count 0."""
        found = [row.verdict for row in self.rows]
        return {name: found.count(cast(Verdict, name)) for name in VERDICTS}

    def _repr_html_(self) -> str:
        return _scorecard.table_html(self.rows, self.counts)


def badge(function: ClaimFunction) -> Badge:
    """Measure a claim and show it as a badge: id, value with unit, verdict.

    Raises:
        ValueError: If the function is not a claim.
    """
    return Badge(outcome=verdict(function))


def discover(package: str = "mechnotes") -> list[ClaimFunction]:
    """Find every claim of a package: those in its modules named `claims` or `..._claims`.

    Args:
        package: Dotted name of the package.

    Returns:
        The claim functions, ordered by id as people count: N-TMS-2 before N-TMS-10.

    Raises:
        ValueError: If there is no such package, or two claims share an id.
    """
    found: dict[str, ClaimFunction] = {}
    for module in catalog.modules(package, "@claim"):
        if not module.__name__.endswith((".claims", "_claims")) or module.__name__ == __name__:
            continue
        for value in vars(module).values():
            declared = getattr(value, "claim", None)
            if isinstance(declared, Claim) and value.__module__ == module.__name__:
                if declared.id in found:
                    _refuse("id", declared.id, "a new id for each claim", "Add a letter: N-TMS-1a.")
                found[declared.id] = value
    return [found[id] for id in sorted(found, key=_counting_order)]


def scorecard(package: str = "mechnotes") -> Scorecard:
    """Measure every claim of a package and judge it.

    Raises:
        ValueError: If there is no such package.
    """
    return Scorecard(rows=tuple(verdict(function) for function in discover(package)))


def recorded_counts(package: str = "mechnotes") -> dict[str, int]:
    """How many claims have each verdict on record, which tests hold to what is measured.

    Raises:
        ValueError: If there is no such package.
    """
    found = [str(function.claim.recorded) for function in discover(package)]
    return {name: found.count(name) for name in VERDICTS}


def _counting_order(id: str) -> list[tuple[int, str]]:
    """Sort key that puts N-TMS-2 before N-TMS-10."""
    return [(int(part) if part.isdigit() else -1, part) for part in re.split(r"(\d+)", id)]


def _refuse(name: str, got: object, expected: str, fix: str) -> NoReturn:
    validate.refuse(name, got=repr(got), expected=expected, fix=fix)
