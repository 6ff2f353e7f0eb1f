"""What a sweep of patches found: one number for each place and pair of prompts.

`effect` says in the metric's unit how far a patch moved the run that it was put into; `recovered`
puts the same on a scale from the corrupted run (0) to the clean run (1). Means are over pairs; the
single values stay, because a mean without its spread says little.
"""

import math
from dataclasses import dataclass
from functools import cached_property

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes import metrics, validate

DENOISING, NOISING = "denoising", "noising"
"""Clean activations into the corrupted run, and corrupted ones into the clean run."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """One place of a sweep and what the patch there did."""

    where: tuple[tuple[str, int | str], ...]
    """Axis and entry, for example (("layer", 2), ("head", 0))."""
    recovered: float
    """0 is the corrupted run, 1 the clean run; NaN if the metric is the same in both."""
    effect: float
    """Change of the run that was patched, in the metric's unit."""

    def __str__(self) -> str:
        named = ", ".join(f"{axis} {entry}" for axis, entry in self.where)
        share = "undefined" if math.isnan(self.recovered) else f"{self.recovered:.2f}"
        return f"{named}: recovered {share}, effect {self.effect:+.2f}"


@dataclass(frozen=True, kw_only=True, eq=False)
class PatchResult:
    """Metric of every patched run, beside the clean and the corrupted run."""

    site: str
    """What was replaced, one of `hooks.SITES`."""
    direction: str
    """Which run was changed and how: "denoising" the corrupted one, "noising" the clean one; "zero
    ablation", "mean ablation", "position_mean ablation" or "resample ablation" the clean one."""
    unit: str
    """Unit of the metric."""
    axes: tuple[str, ...]
    """Axes of the sweep, in order: "layer", "head", "position"."""
    entries: tuple[tuple[int | str, ...], ...]
    """For each axis what its entries stand for: numbers of layers, names of positions."""
    patched: Float[Tensor, "*sweep pair"]
    """Metric of each patched run; NaN where nothing was computed."""
    clean: Float[Tensor, " pair"]
    """Metric of the clean runs."""
    corrupted: Float[Tensor, " pair"]
    """Metric of the corrupted runs."""

    @cached_property
    def recovered(self) -> Float[Tensor, "*sweep"]:
        """Share of the gap that a patch closes, of means over pairs: 0 corrupted, 1 clean.

        Raises:
            ValueError: As `metrics.recovered`, if the metric does not tell the two runs apart.
        """
        return metrics.recovered(
            self.patched.mean(-1), clean=self.clean.mean(), corrupted=self.corrupted.mean()
        )

    @cached_property
    def effect(self) -> Float[Tensor, "*sweep"]:
        """Change of the run that was patched, in the metric's unit, mean over pairs."""
        return self._changes.mean(-1)

    @cached_property
    def standard_error(self) -> Float[Tensor, "*sweep"]:
        """Standard error of `effect` over pairs; NaN for a single pair."""
        changes, n_pairs = self._changes, len(self.clean)
        if n_pairs < 2:
            return torch.full_like(changes[..., 0], torch.nan)
        return changes.std(-1) / n_pairs**0.5

    def top(self, k: int = 5) -> tuple[Place, ...]:
        """Places where a patch moved the run most, in either direction, strongest first.

        Args:
            k: How many; fewer if the sweep has fewer, none if nothing was computed.

        Raises:
            ValueError: If every effect is NaN because the runs themselves were scored so.
        """
        validate.integer(k, "k", minimum=1)
        if self.effect.isnan().all() and not (self.clean + self.corrupted).isfinite().all():
            validate.refuse(
                "effect",
                got="NaN at every place, from runs whose scores are not finite",
                expected="effects to put in order",
                fix="Look at the model's weights and at the metric: one of them gives no number.",
            )
        strength = self.effect.abs().flatten().nan_to_num(nan=-1.0)
        found = strength.argsort(descending=True, stable=True)[:k].tolist()
        return tuple(self._place(i) for i in found if strength[i] >= 0)

    def at(self, **where: int | str) -> float:
        """`recovered` at one place, for example `result.at(layer=2, head=0)`.

        Raises:
            ValueError: If an axis is missing or unknown, or has no such entry.
        """
        if set(where) != set(self.axes):
            validate.refuse(
                "place",
                got=f"axes {sorted(where)}",
                expected=f"one entry for each of {list(self.axes)}",
                fix="Name every axis of the sweep once.",
            )
        for axis, entries in zip(self.axes, self.entries, strict=True):
            validate.choice(where[axis], axis, entries)
        index = tuple(e.index(where[a]) for a, e in zip(self.axes, self.entries, strict=True))
        return self.recovered[index].item()

    @property
    def _changes(self) -> Float[Tensor, "*sweep pair"]:
        return self.patched - (self.corrupted if self.direction == DENOISING else self.clean)

    def _place(self, flat: int) -> Place:
        index = torch.unravel_index(torch.tensor(flat), self.effect.shape)
        entries = [e[int(i)] for e, i in zip(self.entries, index, strict=True)]
        gap = self.clean.mean().item() - self.corrupted.mean().item()
        told_apart = abs(gap) >= metrics.SMALLEST_GAP
        return Place(
            where=tuple(zip(self.axes, entries, strict=True)),
            recovered=self.recovered.flatten()[flat].item() if told_apart else math.nan,
            effect=self.effect.flatten()[flat].item(),
        )
