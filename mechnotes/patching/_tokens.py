"""One long row of tokens: of many continuations, those that their stored runs do not have."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor


@dataclass(frozen=True, kw_only=True, eq=False)
class Tokens:
    """Tokens of several continuations, packed: those at or after each one's first difference."""

    pair: Int[Tensor, " rows"]
    """Prompt of the stored run that each continuation belongs to."""
    row: Int[Tensor, " packed"]
    """Continuation of each packed token."""
    pos: Int[Tensor, " packed"]
    """Position of each packed token."""
    last: Bool[Tensor, " packed"]
    """Whether it is the last of its text."""

    def of(self, stored: Float[Tensor, "batch pos ..."]) -> Float[Tensor, "packed ..."]:
        """The packed tokens' entries of a stored activation."""
        return stored[self.pair[self.row], self.pos]

    def whole(
        self, packed: Float[Tensor, "packed ..."], stored: Float[Tensor, "batch pos ..."]
    ) -> Float[Tensor, "rows pos ..."]:
        """Whole texts: the packed tokens put back among the stored ones."""
        texts = stored[self.pair]
        texts[self.row, self.pos] = packed
        return texts


def pack(pair: Int[Tensor, " rows"], start: Int[Tensor, " rows"], n_pos: int) -> Tokens:
    """Tokens of continuations that differ from their stored runs from `start` on."""
    row, pos = (torch.arange(n_pos, device=start.device) >= start[:, None]).nonzero(as_tuple=True)
    return Tokens(pair=pair, row=row, pos=pos, last=pos == n_pos - 1)


def joined(parts: Sequence[Tokens]) -> Tokens:
    """Several packed rows as one; continuations are counted on."""
    before = torch.tensor([0, *(len(part.pair) for part in parts)]).cumsum(0).tolist()
    return Tokens(
        pair=torch.cat([part.pair for part in parts]),
        row=torch.cat([part.row + rows for part, rows in zip(parts, before, strict=False)]),
        pos=torch.cat([part.pos for part in parts]),
        last=torch.cat([part.last for part in parts]),
    )
