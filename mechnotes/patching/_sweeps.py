"""Many patches, one number each: so many at a time, those of lower layers first.

Patches that cannot change anything are not computed: where two prompts are equal up to some token,
so are their activations, and a patch before that token is the stored run itself.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from tqdm.auto import tqdm

from mechnotes import hooks, metrics, validate
from mechnotes.patching import _resuming, _sites, _tokens
from mechnotes.patching._axes import Axes, Rows, rows_of
from mechnotes.patching._runs import BaseRun
from mechnotes.patching._setting import Setting
from mechnotes.patching.results import PatchResult

Finish = Callable[[Sequence[_sites.Patch]], Float[Tensor, "rows d_model"]]
"""From patches of rising layers to the last token of each continuation after the final norm."""


def continued(patches: Sequence[_sites.Patch]) -> Float[Tensor, "rows d_model"]:
    """Everything after the patches is computed anew."""
    return _resuming.resume(patches[0].base, [_sites.entrance(patch) for patch in patches])


@dataclass(frozen=True, kw_only=True, eq=False)
class Sweep:
    """What is patched into which runs."""

    setting: Setting
    """Both runs, and how the outcome is scored."""
    base: BaseRun
    """The runs that are patched."""
    site: str
    """What is replaced."""
    values: Callable[[int], Tensor]
    """From a layer to what is put in there, for each prompt."""
    first: Int[Tensor, " pair"]
    """First position at which put-in and stored values may differ; their number if nowhere."""
    axes: Axes
    """Places to patch one at a time."""
    batch_size: int
    """Continuations at a time."""
    finish: Finish = continued
    """How a patched run goes on."""

    def run(self, *, progress: bool = False) -> Float[Tensor, "*sweep pair"]:
        """Metric of every patched run; a bar over the runs if asked for."""
        rows = self._rows()
        scores = self.setting.score(self.base.logits)[rows.pair]
        computed = self._acting(rows).nonzero()[:, 0]
        computed = computed[rows.layer[computed].argsort(stable=True)]
        with tqdm(total=len(computed), disable=not progress, unit="run") as bar:
            for chunk in computed.split(self.batch_size):
                final = self.finish(self._patches(rows.some(chunk)))
                scores[chunk] = self._score(final, rows.pair[chunk])
                bar.update(len(chunk))
        return self.axes.shaped(scores)

    def result(self, *, direction: str, progress: bool = False) -> PatchResult:
        """What the sweep finds; a bar over the runs if asked for."""
        found = self.run(progress=progress)
        return self.setting.result(found, site=self.site, direction=direction, axes=self.axes)

    def _rows(self) -> Rows:
        """Every patch to make, prompts running fastest and layers slowest."""
        return rows_of(self.axes, n_pairs=len(self.first), device=self.first.device)

    def _acting(self, rows: Rows) -> Bool[Tensor, " rows"]:
        """Which patches can change something."""
        first = self.first[rows.pair]
        late = (rows.pos == -1) | (rows.pos >= first)
        return late & (first < self.base.tokens.shape[1])

    def _patches(self, rows: Rows) -> list[_sites.Patch]:
        """Patches of some runs, one for each layer, from the lowest."""
        n_pos = self.base.tokens.shape[1]
        start = torch.maximum(self.first[rows.pair], rows.pos)
        patches = []
        for layer in sorted(set(rows.layer.tolist())):
            here = rows.layer == layer
            patch = _sites.Patch(
                base=self.base,
                site=self.site,
                layer=layer,
                values=self.values(layer),
                tokens=_tokens.pack(rows.pair[here], start[here], n_pos),
                head=rows.head[here],
                pos=rows.pos[here],
            )
            patches.append(patch)
        return patches

    def _score(
        self, final: Float[Tensor, "rows d_model"], pair: Int[Tensor, " rows"]
    ) -> Float[Tensor, " rows"]:
        """The metric of continuations, computing no logit that it does not read."""
        W_U, b_U = self.base.model.W_U, self.base.model.b_U
        whole, metric = self.setting.target, self.setting.metric
        answers, wrong = whole.answers[pair], whole.wrong[pair]
        if not getattr(metric, "answers_only", False):
            target = metrics.Target(answers=answers, wrong=wrong, clean=whole.clean[pair])
            return metric(final @ W_U + b_U, target)
        columns = torch.stack((answers, wrong), dim=1)  # [rows, 2]
        logits = torch.einsum("rd,rcd->rc", final, W_U.T[columns]) + b_U[columns]
        zero, clean = torch.zeros_like(answers), whole.clean[pair].gather(1, columns)
        return metric(logits, metrics.Target(answers=zero, wrong=zero + 1, clean=clean))


def exchange(
    runs: Setting,
    *,
    site: str,
    direction: str,
    axes: Axes,
    batch_size: int,
    finish: Finish = continued,
) -> Sweep:
    """The sweep that puts one run's activations of a site into the other run."""
    base, source = runs.directed(direction)
    return Sweep(
        setting=runs,
        base=base,
        site=site,
        values=lambda layer: source.cache[hooks.name(base.model, site, layer=layer)],
        first=first_difference(base.tokens, source.tokens),
        axes=axes,
        batch_size=validate.integer(batch_size, "batch_size", minimum=1),
        finish=finish,
    )


def first_difference(
    one: Int[Tensor, "pair pos"], other: Int[Tensor, "pair pos"]
) -> Int[Tensor, " pair"]:
    """First position at which two prompts differ; their length where they are the same."""
    n_pos = one.shape[1]
    at = torch.arange(n_pos, device=one.device)
    return torch.where(one != other, at, n_pos).amin(1)
