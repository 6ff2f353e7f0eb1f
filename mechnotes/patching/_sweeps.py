"""Many patches, one number each: rows of a layer are continued together, so many at a time.

Patches that cannot change anything are not computed: where two prompts are equal up to some token,
so are their activations, and a patch before that token is the stored run itself.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor
from tqdm.auto import tqdm

from mechnotes import hooks, metrics, validate
from mechnotes.patching import _resuming, _sites
from mechnotes.patching._axes import Axes
from mechnotes.patching._runs import BaseRun
from mechnotes.patching._setting import Setting
from mechnotes.patching.results import PatchResult

Finish = Callable[[_sites.Patch], Float[Tensor, "rows d_model"]]
"""From a patch to the last token of each continuation after the final norm."""


def continued(patch: _sites.Patch) -> Float[Tensor, "rows d_model"]:
    """Everything after the patch is computed anew."""
    return _resuming.resume(patch.base, patch.tokens, **_sites.entering(patch))


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
        """Metric of every patched run; a bar over the layers if asked for."""
        layers = tqdm(self.axes.layers, disable=not progress, unit="layer")
        return self.axes.shaped(torch.stack([self.layer(layer) for layer in layers]))

    def result(self, *, direction: str, progress: bool = False) -> PatchResult:
        """What the sweep finds; a bar over the layers if asked for."""
        found = self.run(progress=progress)
        return self.setting.result(found, site=self.site, direction=direction, axes=self.axes)

    def layer(self, layer: int) -> Float[Tensor, "head position pair"]:
        """Metric of every patched run of one layer."""
        head, pos, pair = self._rows()
        start = torch.maximum(self.first[pair], pos)
        n_pos = self.base.tokens.shape[1]
        acts = (start < n_pos) & ((pos == -1) | (pos >= self.first[pair]))
        scores = self.setting.score(self.base.logits)[pair]
        values = self.values(layer)
        for rows in acts.nonzero()[:, 0].split(self.batch_size):
            patch = _sites.Patch(
                base=self.base,
                site=self.site,
                layer=layer,
                values=values,
                tokens=_resuming.pack(pair[rows], start[rows], n_pos),
                head=head[rows],
                pos=pos[rows],
            )
            scores[rows] = self._score(self.finish(patch), pair[rows])
        return scores.view(len(self.axes.heads), len(self.axes.positions), -1)

    def _rows(self) -> tuple[Int[Tensor, " rows"], Int[Tensor, " rows"], Int[Tensor, " rows"]]:
        """Head, position and prompt of each patch of a layer, prompts running fastest."""
        n_pairs, heads, positions = len(self.first), self.axes.heads, self.axes.positions
        head = torch.tensor(heads, device=self.first.device)
        pair = torch.arange(n_pairs, device=self.first.device)
        return (
            head.repeat_interleave(len(positions) * n_pairs),
            torch.cat(list(positions)).repeat(len(heads)),
            pair.repeat(len(heads) * len(positions)),
        )

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
