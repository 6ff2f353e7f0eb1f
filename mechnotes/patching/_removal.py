"""Take one set of heads after another away from the same clean run."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Int
from torch import Tensor

from mechnotes import hooks, metrics, validate
from mechnotes._typing import Hook, LanguageModel
from mechnotes.patching import _checks, _runs, _token_checks
from mechnotes.patching._runs import BaseRun
from mechnotes.patching._setting import Setting, setting
from mechnotes.patching.results import PatchResult
from mechnotes.patching.stand_ins import KINDS, stand_in
from mechnotes.prompts import Pairs


@dataclass(frozen=True, kw_only=True, eq=False)
class Removal:
    """Both runs of some pairs, and what stands in for heads that are taken from the clean one."""

    runs: Setting
    """Both runs, and how the outcome is scored."""
    stored: BaseRun
    """The run whose activations stand in."""
    kind: str
    """How, one of `KINDS`."""
    seed: int
    """Seed of "resample"."""

    @torch.no_grad()
    def without(self, heads: Mapping[int, Sequence[int]]) -> PatchResult:
        """The clean run without some heads, which are given by their layer; one forward pass."""
        clean, edits = self.runs.clean, []
        for layer, of_layer in heads.items():
            values = stand_in_at(self.stored, "z", layer, self.kind, len(clean.tokens), self.seed)
            edits.append((hooks.name(clean.model, "z", layer=layer), _replacing(values, of_layer)))
        logits = clean.model.run_with_hooks(clean.tokens, fwd_hooks=edits)[:, -1]
        scores = self.runs.score(logits)
        return self.runs.result(scores, site="z", direction=f"{self.kind} ablation")


@torch.no_grad()
def removal(
    model: LanguageModel,
    pairs: Pairs,
    *,
    layers: Collection[int] | None = None,
    kind: str,
    reference: Int[Tensor, "batch pos"] | None = None,
    seed: int = 0,
    metric: metrics.Metric = metrics.logit_diff,
) -> Removal:
    """Run both prompts of each pair, to take away heads of some layers; None for all layers."""
    validate.choice(kind, "kind", KINDS)
    _checks.pairs(model, pairs)
    visited = range(model.cfg.n_layers) if layers is None else [*layers]
    runs = setting(model, pairs, metric=metric, sites=["z"], layers=visited)
    stored = reference_run(runs, reference, sites=["z"], layers=visited)
    return Removal(runs=runs, stored=stored, kind=kind, seed=seed)


def reference_run(
    runs: Setting,
    reference: Int[Tensor, "batch pos"] | None,
    *,
    sites: Iterable[str],
    layers: Iterable[int],
) -> BaseRun:
    """The run whose activations stand in: the corrupted one if there is no other reference."""
    if reference is None:
        return runs.corrupted
    model, n_pos = runs.clean.model, runs.clean.tokens.shape[1]
    prompts = _token_checks.tokens(model, reference, "reference")
    if prompts.shape[1] != n_pos:
        validate.refuse(
            "reference",
            got=f"prompts {tuple(prompts.shape)}",
            expected=f"[prompts, {n_pos}], the length of the pairs",
            fix="Take the corrupted prompts (None), or prompts of the same template.",
        )
    names = [hooks.name(model, site, layer=layer) for site in sites for layer in layers]
    return _runs.run(model, prompts, extra=names)


def stand_in_at(
    stored: BaseRun, site: str, layer: int, kind: str, n_prompts: int, seed: int
) -> Tensor:
    """What stands in for a site of a layer, for each prompt."""
    values = stored.cache[hooks.name(stored.model, site, layer=layer)]
    return stand_in(values, kind, n_prompts=n_prompts, seed=seed)


def _replacing(values: Tensor, heads: Sequence[int]) -> Hook:
    """A hook that puts values in the place of some heads' outputs."""

    def replace(z: Tensor, **_: object) -> Tensor:
        z = z.clone()
        z[:, :, heads] = values[:, :, heads]
        return z

    return replace
