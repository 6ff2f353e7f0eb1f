"""Does what a few prompts show hold on others?

A sweep looks at many places, and on one pair of prompts some of them seem to matter by accident of
its words. We take pairs in groups, note the places that a group names, and ask other pairs.

    found = activation.patch(model, prompts.ioi(n_pairs=64, seed=0), positions="each")
    others = activation.patch(model, prompts.ioi(n_pairs=64, seed=1), positions="each")
    replication.replicate(found, others, n_pairs=1).share_refuted

Source:
    Heimersheim and Nanda 2024, arXiv:2404.15255, on prompts that are too few.
"""

from dataclasses import dataclass

from jaxtyping import Float, Int
from torch import Tensor

from mechnotes import validate
from mechnotes.metrics import SMALLEST_GAP
from mechnotes.patching.results import PatchResult

STRONG, WEAK = 0.1, 0.05
"""Share of the gap that names a place, and the share under which other pairs refute it."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Replication:
    """How many places each group of pairs named, and how many of these others refuted."""

    named: Int[Tensor, " group"]
    """Places that recover at least `STRONG`, in either direction, on the pairs of a group."""
    refuted: Int[Tensor, " group"]
    """Those of them that recover less than `WEAK` on the mean of other pairs."""

    @property
    def share_refuted(self) -> float:
        """Refuted places among all that were named; 0 if none was."""
        return self.refuted.sum().item() / max(1, self.named.sum().item())


def replicate(found: PatchResult, others: PatchResult, *, n_pairs: int) -> Replication:
    """Ask other pairs about every place that groups of pairs name.

    Args:
        found: A sweep over many pairs, which is cut into groups.
        others: The same sweep over other pairs, taken all together.
        n_pairs: Pairs in a group; pairs that fill no group are left out.

    Raises:
        ValueError: If the sweeps differ in their places, their direction or their metric's unit,
            or as `in_groups`.
    """
    for what in ("site", "direction", "unit", "axes", "entries"):
        one, other = getattr(found, what), getattr(others, what)
        if one != other:
            validate.refuse(
                "others",
                got=f"a sweep whose {what} is {other!r}",
                expected=f"one whose {what} is {one!r}, as that of `found`",
                fix="Make both sweeps with the same arguments.",
            )
    strong = in_groups(found, n_pairs=n_pairs).abs() >= STRONG
    refuted = strong & (others.recovered.abs() < WEAK)
    return Replication(named=strong.flatten(1).sum(1), refuted=refuted.flatten(1).sum(1))


def in_groups(found: PatchResult, *, n_pairs: int) -> Float[Tensor, "group *sweep"]:
    """`recovered`, once for each group of so many pairs; pairs that fill no group are left out.

    Args:
        found: A sweep over many pairs.
        n_pairs: Pairs in a group.

    Raises:
        ValueError: If there is no whole group, or one in which the clean and the corrupted runs
            have the same mean: there is no gap to take a share of.
    """
    validate.integer(n_pairs, "n_pairs", minimum=1, maximum=len(found.clean))
    whole = len(found.clean) // n_pairs * n_pairs
    patched, clean, corrupted = (
        scores[..., :whole].unflatten(-1, (-1, n_pairs)).mean(-1)
        for scores in (found.patched, found.clean, found.corrupted)
    )
    gap = clean - corrupted
    if not (told_apart := gap.abs() >= SMALLEST_GAP).all():
        validate.refuse(
            "found",
            got=f"{int((~told_apart).sum())} of {len(gap)} groups without a gap between clean and "
            "corrupted runs",
            expected="groups whose mean metric tells the two runs apart",
            fix="Take more pairs in a group, or a metric that tells every pair apart.",
        )
    return ((patched - corrupted) / gap).movedim(-1, 0)
