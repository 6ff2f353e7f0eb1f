"""When does a measured number reproduce a published one?

A `Band` says which values count, a `Measured` what we found, and `judge` compares them:

- *reproduced*: the value, its whole spread, and the control lie in their bands;
- *differs*: the value with its whole spread lies outside, or the control does;
- *undecidable at this scale*: the spread crosses an end of the band, or a number is NaN;
- *not run*: there is nothing to judge yet.

Numbers are annotated `float | int` because the shape checker of the tests takes `float` literally.
The spread belongs to the number that is claimed. If the claim is about the best of eight seeds, its
spread is that of several such bests, not that of the seeds.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from mechnotes import validate

Verdict = Literal["reproduced", "differs", "undecidable at this scale", "not run"]
VERDICTS: tuple[str, ...] = get_args(Verdict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Band:
    """The values that count as a reproduction, both ends included."""

    low: float | int
    """Smallest value; -inf for no limit."""
    high: float | int
    """Largest value; inf for no limit."""
    unit: str = ""
    """Unit of both, for example "degrees"; empty for a pure number."""

    def __post_init__(self) -> None:
        ends = (self.low, self.high)
        if not all(map(_is_number, ends)) or not self.low <= self.high:
            validate.refuse(
                "band",
                got=f"low {self.low!r}, high {self.high!r}",
                expected="two numbers, low not above high; -inf and inf for no limit",
                fix="Swap them, or leave one side open with math.inf.",
            )

    def __contains__(self, value: float | int) -> bool:
        """Whether a value lies in the band; NaN never does."""
        return self.low <= value <= self.high

    def __str__(self) -> str:
        if math.isinf(self.low) and math.isinf(self.high):
            return "any value"
        if math.isinf(self.high):
            text = f"at least {self.low:g}"
        elif math.isinf(self.low):
            text = f"at most {self.high:g}"
        else:
            text = f"{self.low:g} to {self.high:g}"
        return f"{text} {self.unit}".rstrip()


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """What a claim's function found."""

    value: float | int
    """The number, in the band's unit; NaN if this scale cannot tell."""
    spread: tuple[float | int, float | int] | None = None
    """Range in which repetitions of this same number fell, for example over groups of seeds."""
    per_seed: tuple[float | int, ...] = ()
    """The number for each seed, to be shown; it does not enter the verdict."""
    control: float | int | None = None
    """The same number for the control, in the unit of the control's band."""
    note: str = ""
    """One sentence for the reader."""

    def __post_init__(self) -> None:
        controls = () if self.control is None else (self.control,)
        groups = ((self.value,), self.spread or (), self.per_seed, controls)
        if not all(isinstance(group, tuple) and all(map(_is_number, group)) for group in groups):
            validate.refuse(
                "measured",
                got=repr(groups),
                expected="numbers, and tuples of numbers for spread and per_seed",
                fix="Turn tensors into numbers with .item() or tuple(values.tolist()).",
            )
        if self.spread is not None and (len(self.spread) != 2 or self.spread[0] > self.spread[1]):
            validate.refuse(
                "spread",
                got=repr(self.spread),
                expected="the lowest and the highest value, in this order",
                fix="Write spread=(min(values), max(values)).",
            )

    @classmethod
    def of_seeds(
        cls,
        each: Sequence[float | int],
        value: float | int,
        *,
        control: float | int,
        note: str = "",
    ) -> "Measured":
        """One of several seeds' values, with all of them as its spread.

        Args:
            each: The number for each seed.
            value: The one that is claimed, such as the worst.
            control: The same number for the control.
            note: One sentence for the reader.
        """
        found = tuple(each)
        spread = (min(found), max(found))
        return cls(value=value, spread=spread, per_seed=found, control=control, note=note)


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """A published statement with the band in which it counts as reproduced."""

    id: str
    """Short name, one for each number: N-TMS-1, N-TMS-1a."""
    statement: str
    """The claim as a sentence."""
    published: str
    """The published value, with its unit."""
    source: str
    """Paper and section."""
    band: Band
    """Where our value must lie."""
    recorded: Verdict
    """The verdict when the claim was written."""
    control_band: Band | None
    """Where the control's value must lie; None if the control is only shown."""
    measured_by: str
    """Module and name of the function."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """A claim with what was measured today and the verdict."""

    claim: Claim
    measured: Measured | None
    """None if it was not run."""
    verdict: Verdict
    reason: str = ""
    """Why: one phrase."""


def judge(claim: Claim, measured: Measured) -> Outcome:
    """Compare a measurement with the claim's bands.

    Args:
        claim: The claim.
        measured: What its function found.

    Returns:
        The outcome, with a phrase that says why.

    Raises:
        ValueError: If the claim has a band for its control and none was measured.
    """
    if not isinstance(claim, Claim) or not isinstance(measured, Measured):
        validate.refuse(
            "judge",
            got=f"{type(claim).__name__} and {type(measured).__name__}",
            expected="a Claim and a Measured",
            fix="Let the claim's function return Measured(value=...).",
        )
    if claim.control_band is not None and measured.control is None:
        validate.refuse(
            claim.id,
            got="no control",
            expected=f"one that should lie in {claim.control_band}",
            fix="Measure the control too: Measured(value=..., control=...).",
        )
    low, high = measured.spread or (measured.value, measured.value)
    if not low <= measured.value <= high and not math.isnan(measured.value + low + high):
        validate.refuse(
            claim.id,
            got=f"value {measured.value:g} with spread {low:g} to {high:g}",
            expected="a value inside its own spread",
            fix="Take value and spread from the same measurements.",
        )
    verdict, reason = _verdict(claim, measured)
    return Outcome(claim=claim, measured=measured, verdict=verdict, reason=reason)


def _verdict(claim: Claim, measured: Measured) -> tuple[Verdict, str]:
    band, control = claim.band, claim.control_band
    numbers = [measured.value, *(measured.spread or ())]
    if any(map(math.isnan, numbers)) or (control and math.isnan(_control(measured))):
        return "undecidable at this scale", "the number could not be measured"
    if control is not None and _control(measured) not in control:
        return "differs", f"the control is {_control(measured):g}, not {control}"
    if max(numbers) < band.low or band.high < min(numbers):
        return "differs", f"not {band}"
    if min(numbers) in band and max(numbers) in band:
        return "reproduced", f"{band}"
    return "undecidable at this scale", f"its spread crosses an end of {band}"


def _control(measured: Measured) -> float:
    return math.nan if measured.control is None else float(measured.control)


def _is_number(value: object) -> bool:
    """Whether a value is a number; NaN and infinities are."""
    return isinstance(value, int | float) and not isinstance(value, bool)
