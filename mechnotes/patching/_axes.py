"""Over which places does a sweep go, and what are they called?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from types import MappingProxyType

import torch
from jaxtyping import Int
from torch import Tensor

from mechnotes import hooks, validate
from mechnotes._typing import LanguageModel
from mechnotes.patching import _checks
from mechnotes.patching._token_checks import on
from mechnotes.prompts import Pairs

HEADS, POSITIONS = ("each", "all"), ("all", "each", "named")


@dataclass(frozen=True, kw_only=True, eq=False)
class Axes:
    """Places of a sweep: what a layer's patches cover, and names for the axes of the result."""

    heads: Sequence[int]
    """Heads to patch one at a time; (-1,) patches all together."""
    positions: Sequence[Int[Tensor, " pair"]]
    """Positions to patch one at a time, for each prompt; -1 patches all together."""
    entries: Mapping[str, tuple[int | str, ...]]
    """Axes of the result in order, with what their entries stand for."""

    @property
    def layers(self) -> tuple[int, ...]:
        """Layers to visit."""
        return tuple(int(layer) for layer in self.entries["layer"])

    def shape(self, n_pairs: int) -> tuple[int, ...]:
        """Sizes of the axes that are swept, and the number of prompts; -1 leaves that open."""
        return (*(len(entries) for entries in self.entries.values()), n_pairs)

    def shaped(self, values: Tensor) -> Tensor:
        """Values by layer, head, position and prompt, without the axes that are not swept."""
        return values.reshape(self.shape(-1))

    def below(self, layer: int) -> "Axes":
        """The places in layers below one."""
        kept = tuple(each for each in self.layers if each < layer)
        return replace(self, entries=MappingProxyType({**self.entries, "layer": kept}))


def axes(
    model: LanguageModel,
    pairs: Pairs,
    *,
    site: str,
    heads: str,
    positions: str,
    layers: Sequence[int] | None,
) -> Axes:
    """The places that the arguments of a sweep ask for.

    Raises:
        ValueError: If the pairs do not fit the model, an argument is not one of its options, a
            layer does not exist, or the pairs name no positions that their prompts have.
    """
    _checks.pairs(model, pairs)
    n_heads = hooks.n_heads(model, site)
    validate.choice(heads, "heads", HEADS)
    validate.choice(positions, "positions", POSITIONS)
    entries: dict[str, tuple[int | str, ...]] = {"layer": _checks.layers(model, layers)}
    swept: Sequence[int] = (-1,)
    if n_heads and heads == "each":
        swept = range(n_heads)
        entries["head"] = tuple(swept)
    named = _positions(pairs, positions)
    if positions != "all":
        entries["position"] = tuple(named)
    at = [on(model, pos).long() for pos in named.values()]
    return Axes(heads=swept, positions=at, entries=MappingProxyType(entries))


def _positions(pairs: Pairs, positions: str) -> Mapping[int | str, Int[Tensor, " pair"]]:
    n_pairs, n_pos = pairs.clean.shape
    if positions == "named":
        _checks.named_positions(pairs)
        return {name: pos for name, pos in pairs.positions.items()}  # noqa: C416
    if positions == "each":
        return {pos: torch.full((n_pairs,), pos) for pos in range(n_pos)}
    return {"all": torch.full((n_pairs,), -1)}


@dataclass(frozen=True, kw_only=True, eq=False)
class Rows:
    """Patched runs, one after another."""

    layer: Int[Tensor, " rows"]
    """Layer that each patch is in."""
    head: Int[Tensor, " rows"]
    """Head; -1 for all."""
    pos: Int[Tensor, " rows"]
    """Position; -1 for all."""
    pair: Int[Tensor, " rows"]
    """Prompt."""

    def some(self, chosen: Int[Tensor, " some"]) -> "Rows":
        """Some of them."""
        return Rows(**{field.name: getattr(self, field.name)[chosen] for field in fields(self)})


def rows_of(axes: Axes, *, n_pairs: int, device: torch.device) -> Rows:
    """Every patch to make, prompts running fastest and layers slowest."""
    sizes = (len(axes.layers), len(axes.heads), len(axes.positions), n_pairs)
    at = torch.cartesian_prod(*(torch.arange(size, device=device) for size in sizes))
    layer, head, position, pair = at.unbind(1)
    return Rows(
        layer=torch.tensor(axes.layers, device=device)[layer],
        head=torch.tensor(axes.heads, device=device)[head],
        pos=torch.stack([*axes.positions])[position, pair],
        pair=pair,
    )
