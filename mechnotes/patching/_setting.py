"""What every intervention needs before it starts: checked arguments, both runs, and a way to score.

The functions that readers call differ in what they put where; they all begin and end here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes import hooks, metrics, validate
from mechnotes._typing import LanguageModel
from mechnotes.patching import _axes, _checks, _runs
from mechnotes.patching._runs import BaseRun
from mechnotes.patching.results import DENOISING, NOISING, PatchResult
from mechnotes.prompts import Pairs


@dataclass(frozen=True, kw_only=True, eq=False)
class Setting:
    """Two runs and how they are scored."""

    clean: BaseRun
    """The clean run."""
    corrupted: BaseRun
    """The corrupted run."""
    metric: metrics.Metric
    """How a run is scored; checked at each use."""
    target: metrics.Target
    """What the metric compares with."""

    def directed(self, direction: str) -> tuple[BaseRun, BaseRun]:
        """The run that is patched, and the run whose activations it is given."""
        validate.choice(direction, "direction", (DENOISING, NOISING))
        runs = (self.corrupted, self.clean)
        return runs if direction == DENOISING else (self.clean, self.corrupted)

    def score(self, logits: Float[Tensor, "pair d_vocab"]) -> Float[Tensor, " pair"]:
        """The metric of whole runs."""
        return self.metric(logits, self.target)

    def result(
        self,
        patched: Float[Tensor, "*sweep pair"],
        *,
        site: str,
        direction: str,
        axes: _axes.Axes | None = None,
    ) -> PatchResult:
        """What a sweep found, beside both runs; on the CPU."""
        entries = axes.entries if axes else {}
        return PatchResult(
            site=site,
            direction=direction,
            unit=_checks.unit(self.metric),
            axes=tuple(entries),
            entries=tuple(entries.values()),
            patched=patched.cpu(),
            clean=self.score(self.clean.logits).cpu(),
            corrupted=self.score(self.corrupted.logits).cpu(),
        )


@torch.no_grad()
def setting(
    model: LanguageModel,
    pairs: Pairs,
    *,
    metric: metrics.Metric,
    sites: Iterable[str],
    layers: Sequence[int],
) -> Setting:
    """Run both prompts of each pair, which are checked already, and keep some sites of some layers.

    Raises:
        ValueError: If the metric is none.
    """
    scored = _checks.metric(metric)
    names = {hooks.name(model, site, layer=layer) for site in sites for layer in layers}
    clean, corrupted = _runs.both(model, pairs, extra=names)
    target = _checks.target(model, pairs, clean.logits)
    return Setting(clean=clean, corrupted=corrupted, metric=scored, target=target)
