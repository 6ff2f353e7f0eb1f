"""Take packed tokens of many continuations through one layer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from mechnotes._typing import Hook
from mechnotes.patching._runs import BaseRun
from mechnotes.patching._tokens import Tokens, joined

Edit = tuple[str, Hook]
_COMPUTED, _HEADS_KNOWN, _OUTPUT_KNOWN = range(3)


@dataclass(frozen=True, kw_only=True, eq=False)
class Entrance:
    """Continuations that enter at one layer, and what is known of their attention."""

    layer: int
    """Where they enter; the number of layers means after the last."""
    tokens: Tokens
    """Which tokens are new."""
    stream: Float[Tensor, "packed d_model"]
    """What enters at these tokens."""
    heads: Float[Tensor, "packed head d_head"] | None = None
    """Outputs z of the entered layer's heads; its attention is then not computed."""
    attention: Mapping[int, Float[Tensor, "packed d_model"]] = field(default_factory=dict)
    """Outputs of the attention of some layers, which is then not computed."""
    edit: Edit | None = None
    """A hook inside the entered layer's attention; it sees whole texts of this entrance alone."""

    def stage(self, layer: int) -> int:
        """How much of a layer's attention is known."""
        if layer in self.attention:
            return _OUTPUT_KNOWN
        return _HEADS_KNOWN if self.heads is not None and layer == self.layer else _COMPUTED


@dataclass(frozen=True, kw_only=True, eq=False)
class Crossing:
    """One layer, and all who are inside when it is crossed."""

    base: BaseRun
    """The stored runs."""
    inside: Sequence[Entrance]
    """Who crosses, in the order of entrance."""
    layer: int
    """Which layer."""

    def hooks(self) -> list[Edit]:
        """Hooks to run the model with."""
        known = {stage: self._known(stage) for stage in (_HEADS_KNOWN, _OUTPUT_KNOWN)}
        unfinished = self._stage[self._stage < _OUTPUT_KNOWN]
        z, out = self._name("attn.hook_z"), self._name("hook_attn_out")
        return [
            *(self._narrowing() if self._on_top else []),
            *(self._attending() if self._readers else self._idling()),
            *_filling(z, unfinished == _COMPUTED, known[_HEADS_KNOWN]),
            *_filling(out, self._stage < _OUTPUT_KNOWN, known[_OUTPUT_KNOWN]),
        ]

    def _name(self, hook: str) -> str:
        return f"blocks.{self.layer}.{hook}"

    @property
    def _on_top(self) -> bool:
        """Whether it is the last layer, from which only last tokens go on."""
        return self.layer == self.base.model.cfg.n_layers - 1

    @cached_property
    def _readers(self) -> list[Entrance]:
        """Who needs attention computed."""
        return [each for each in self.inside if each.stage(self.layer) == _COMPUTED]

    @cached_property
    def _stage(self) -> Int[Tensor, " going"]:
        """How much of the attention of each token that goes on is known."""
        stages = [
            torch.full_like(self._going(each.tokens).nonzero()[:, 0], each.stage(self.layer))
            for each in self.inside
        ]
        return torch.cat(stages)

    def _going(self, tokens: Tokens) -> Bool[Tensor, " packed"]:
        """Which tokens go on to the MLP."""
        return tokens.last if self._on_top else torch.ones_like(tokens.last)

    def _known(self, stage: int) -> list[Tensor]:
        """What is known to those of one stage."""
        found = []
        for each in self.inside:
            if each.stage(self.layer) == stage:
                known = each.heads if stage == _HEADS_KNOWN else each.attention[self.layer]
                assert known is not None
                found.append(known[self._going(each.tokens)])
        return found

    def _narrowing(self) -> list[Edit]:
        """Hooks that let only some tokens past a layer whose attention still reads all of them."""
        entered: list[Tensor] = []
        going = torch.cat([self._going(each.tokens) for each in self.inside])

        def narrow(stream: Tensor, **_: object) -> Tensor:
            entered.append(stream)
            return stream[:, going]

        return [
            (self._name("hook_resid_pre"), narrow),
            (self._name("ln1.hook_in"), lambda _old, **_: entered[0]),
        ]

    def _attending(self) -> list[Edit]:
        """Hooks that give attention whole texts of its readers, and pack what goes on."""
        tokens = joined([each.tokens for each in self._readers])
        going = self._going(tokens)
        row, pos = tokens.row[going], tokens.pos[going]
        reads = [torch.full_like(each.tokens.last, each in self._readers) for each in self.inside]
        hooks: list[Edit] = [(self._name("attn.hook_in"), _only(torch.cat(reads)))]
        for name in self.base.whole_at(self.layer):
            hooks.append((name, _whole(tokens, self.base.cache[name])))
        n_before = 0
        for each in self._readers:
            n_rows = len(each.tokens.pair)
            if each.edit and each.layer == self.layer:
                hooks.append(_of_rows(each.edit, n_before, n_before + n_rows))
            n_before += n_rows
        return [*hooks, (self._name("attn.hook_z"), lambda z, **_: z[row, pos][None])]

    def _idling(self) -> list[Edit]:
        """Hooks for attention that nobody needs: it reads one text, and nothing goes on."""
        n_pos = self.base.tokens.shape[1]
        return [
            (self._name("attn.hook_in"), lambda packed, **_: packed[:, :1].expand(-1, n_pos, -1)),
            (self._name("attn.hook_z"), lambda z, **_: z[:, :0]),
        ]


def _filling(name: str, computed: Bool[Tensor, " packed"], known: Sequence[Tensor]) -> list[Edit]:
    """The hook that puts what is known beside what was computed."""
    if not known:
        return []

    def fill(activation: Tensor, **_: object) -> Tensor:
        every = activation.new_empty((len(computed), *activation.shape[2:]))
        every[computed] = activation[0]
        every[~computed] = torch.cat([*known])
        return every[None]

    return [(name, fill)]


def _only(chosen: Bool[Tensor, " packed"]) -> Hook:
    """A hook that lets only some tokens on."""
    return lambda packed, **_: packed if chosen.all() else packed[:, chosen]


def _whole(tokens: Tokens, stored: Float[Tensor, "batch pos ..."]) -> Hook:
    """A hook that puts packed tokens back among the stored ones."""
    return lambda packed, **_: tokens.whole(packed[0], stored)


def _of_rows(edit: Edit, first: int, end: int) -> Edit:
    """A hook that sees some texts only."""
    name, hook = edit

    def edit_rows(activation: Tensor, **given: object) -> Tensor:
        changed = hook(activation[first:end], **given)
        assert changed is not None
        return torch.cat((activation[:first], changed, activation[end:]))

    return name, edit_rows
