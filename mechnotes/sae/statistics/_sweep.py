"""Every relabeling of some texts against every latent, a block at a time.

With values centred and scaled to length 1, the correlation of a latent with a relabeling is one
product of a row of 0 and 1 with a column of values. The difference of means is that correlation
times a number that no relabeling changes, and Student's t rises with it, in the same way for every
latent; so one matrix product serves all three. Latents that never vary, most of them where few
texts meet many latents, take no part in it: their p is 1.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from mechnotes import validate
from mechnotes.sae.statistics.results import ALTERNATIVES, Alternative

ENTRIES = 1 << 20
"""Correlations in memory at a time, at most."""
SAME = 1e-6
"""Share of its largest value up to which a latent's values may differ and count as equal."""
ROWS = 255
"""Relabelings in a block, at most."""
TOLERANCE = 1e-10
"""Correlations that differ by less count as equal: rounding must not break a tie."""

Watch = Callable[[Float[Tensor, "block latent"]], None]


@dataclass(frozen=True, kw_only=True, eq=False)
class Swept:
    """What a sweep counted."""

    effect: Float[Tensor, " latent"]
    """Difference of means with the true labels."""
    correlation: Float[Tensor, " latent"]
    """Correlation with the true labels."""
    p: Float[Tensor, " latent"]
    """Share of relabelings whose correlation is at least as large."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Columns:
    """Latents that vary, made comparable."""

    unit: Float[Tensor, "text varying"]
    """Values with mean 0 and length 1."""
    scale: Float[Tensor, " varying"]
    """What turns a correlation into a difference of means."""
    varies: Bool[Tensor, " latent"]
    """Which of all latents these are."""

    def among_all(self, values: Float[Tensor, " varying"], rest: float) -> Float[Tensor, " latent"]:
        """Numbers of the varying latents at their places among all, and another for the rest."""
        every = torch.full(self.varies.shape, rest, dtype=torch.float64)
        every[self.varies] = values.double()
        return every


def sweep(
    made: Columns,
    group: Bool[Tensor, " text"],
    rows: Bool[Tensor, "relabeling text"],
    *,
    alternative: Alternative,
    watch: Watch | None = None,
) -> Swept:
    """Count for each latent how many relabelings do as well as the true labels.

    Args:
        made: The latents, made comparable.
        group: The true labels.
        rows: The relabelings, the true one among them.
        alternative: Whether correlations count with their sign or by magnitude.
        watch: Is shown every block of statistics.
    """
    correlation = correlations(made.unit, group[None].cpu())[0]
    observed = correlation.abs() if alternative == "two-sided" else correlation
    reached = torch.zeros_like(observed, dtype=torch.long)
    for block in blocks(made.unit, rows, alternative=alternative):
        reached += reaching(block, observed - TOLERANCE)
        if watch is not None:
            watch(block)
    return Swept(
        effect=made.among_all(correlation * made.scale, 0.0).float(),
        correlation=made.among_all(correlation, 0.0).float(),
        p=made.among_all(reached.double() / len(rows), 1.0),
    )


def checked(
    values: Float[Tensor, "text latent"], group: Bool[Tensor, " text"], alternative: Alternative
) -> Columns:
    """Refuse values and groups with which nothing can be tested; else make them comparable."""
    check(values, group, alternative)
    return columns(values, int(group.sum()))


def columns(values: Float[Tensor, "text latent"], n_with: int) -> Columns:
    """Centre every latent that varies and scale it to length 1."""
    n_texts = len(values)
    here, varies = values.detach().cpu(), _varying(values)
    exact = here[:, varies].double()
    centred = exact - exact.mean(0)
    length = centred.norm(dim=0)
    spread = (n_texts / (n_with * (n_texts - n_with))) ** 0.5
    return Columns(unit=centred / length, scale=length * spread, varies=varies)


def _varying(values: Float[Tensor, "text latent"]) -> Bool[Tensor, " latent"]:
    """Latents whose values differ by more than rounding."""
    here = values.detach().cpu()
    return here.amax(0) - here.amin(0) > SAME * here.abs().amax(0)


def correlations(
    unit: Float[Tensor, "text latent"],
    rows: Bool[Tensor, "block text"],
    out: Float[Tensor, "block latent"] | None = None,
) -> Float[Tensor, "block latent"]:
    """Correlation of each row of labels with each latent; all rows have equally many labels."""
    n_texts, n_with = rows.shape[1], int(rows[0].sum())
    spread = (n_texts / (n_with * (n_texts - n_with))) ** 0.5
    return torch.mm(rows.double() * spread, unit, out=out)


def reaching(
    block: Float[Tensor, "block latent"], limit: Float[Tensor, " latent"]
) -> Int[Tensor, " latent"]:
    """For each latent the rows of a block whose statistic reaches a limit."""
    # Bytes add up many times faster than booleans, and no block has more than 255 rows.
    return (block >= limit).view(torch.uint8).sum(0, dtype=torch.uint8).long()


def blocks(
    unit: Float[Tensor, "text latent"],
    rows: Bool[Tensor, "relabeling text"],
    *,
    alternative: Alternative,
) -> Iterator[Float[Tensor, "block latent"]]:
    """Statistics of all relabelings: correlations, or their magnitudes if two-sided.

    Every block is written over the one before it.
    """
    size = min(ROWS, max(1, ENTRIES // max(1, unit.shape[1])))
    memory = torch.empty(min(size, len(rows)), unit.shape[1], dtype=unit.dtype)
    for some in rows.split(size):
        block = correlations(unit, some, memory[: len(some)])
        yield block.abs_() if alternative == "two-sided" else block


def check(
    values: Float[Tensor, "text latent"], group: Bool[Tensor, " text"], alternative: Alternative
) -> None:
    """Refuse values and groups with which nothing can be tested."""
    validate.choice(alternative, "alternative", ALTERNATIVES)
    check_group(group)
    validate.shape(values, "values", ("text", "latent"), text=len(group))
    validate.finite(values, "values")
    if not bool(_varying(values).any()):
        same = "zero" if not bool(values.any()) else "the same in every text, up to rounding"
        validate.refuse(
            "values",
            got=f"latents that are all {same}",
            expected="at least one latent that varies between the texts",
            fix="Look at the texts and at the layer: nothing fires here that could be compared.",
        )


def check_group(group: Bool[Tensor, " text"], name: str = "group") -> None:
    """Refuse what is no pair of groups of at least two texts each."""
    if not isinstance(group, Tensor) or group.dtype != torch.bool or group.ndim != 1:
        got = type(group).__name__
        if isinstance(group, Tensor):
            got = f"a tensor of {group.dtype} and shape {tuple(group.shape)}"
        validate.refuse(
            name,
            got=got,
            expected="True or False for each text",
            fix='Compare labels: torch.tensor([kind == "happy" for kind in kinds]).',
        )
    n_with, n_without = int(group.sum()), int((~group).sum())
    if min(n_with, n_without) == 0:
        validate.refuse(
            name,
            got=f"{n_with} texts with the property and {n_without} without it",
            expected="texts of both kinds",
            fix="Add the missing kind: a latent can only be tested against something.",
        )
    if min(n_with, n_without) == 1:
        validate.refuse(
            name,
            got=f"{n_with} texts with the property and {n_without} without it",
            expected="at least two texts of each kind",
            fix="Take more texts; one text differs from all others in everything, not in this.",
        )
