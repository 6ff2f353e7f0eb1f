"""Wrong ways to tell heads by their attention: scores first, then detectors of induction."""

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from mechnotes.circuits import head_kinds, marks
from mechnotes.circuits.head_kinds import Attend
from mechnotes.circuits.induction import texts
from mechnotes.exercises import _hand_heads as hand

Pattern = Float[Tensor, "batch head pos pos"]
Tokens = Int[Tensor, "batch pos"]
Scores = Float[Tensor, "2 head"]


def same_token(pattern: Pattern, tokens: Tokens) -> Scores:
    """Attention to the earlier copies themselves."""
    return _both(pattern, tokens, marks.share(pattern, marks.earlier(tokens)))


def preceded(pattern: Pattern, tokens: Tokens) -> Scores:
    """Attention to what stood before the earlier copies."""
    return _both(pattern, tokens, marks.share(pattern, hand.preceding(tokens)))


def averaged_over_copies(pattern: Pattern, tokens: Tokens) -> Scores:
    """Attention per copy instead of all together."""
    where = marks.followed(tokens)
    per_copy = where / where.sum(-1, keepdim=True).clamp(min=1)
    readers = where.any(-1).sum()
    return _both(pattern, tokens, (pattern * per_copy[:, None]).sum((0, 2, 3)) / readers)


def all_readers(pattern: Pattern, tokens: Tokens) -> Scores:
    """Readers without earlier copies count as 0."""
    where = marks.followed(tokens)
    return _both(pattern, tokens, (pattern * where[:, None]).sum(-1).mean((0, 2)))


def own_position(pattern: Pattern, tokens: Tokens) -> Scores:
    """The reader itself counts, where its token stands just before it as well."""
    return _both(pattern, tokens, marks.share(pattern, _followed_or_own(tokens)))


def first_reader_too(pattern: Pattern, tokens: Tokens) -> Scores:
    """The first position counts as a reader that does not look at the one before."""
    right = head_kinds.scores(pattern, tokens)
    return torch.stack((pattern.diagonal(-1, -2, -1).sum((0, -1)) / tokens.numel(), right[1]))


def fixed_period(attend: Attend, generator: torch.Generator) -> bool:
    """All texts repeat themselves after twelve tokens."""
    return _looks(attend, texts_of((12, 12), generator), marks.followed)


def at_the_copy(attend: Attend, generator: torch.Generator) -> bool:
    """It looks for attention to the earlier copy."""
    return _looks(attend, texts_of((9, 24), generator), marks.earlier)


def at_the_previous(attend: Attend, generator: torch.Generator) -> bool:
    """It looks for attention to the token before."""
    return _looks(attend, texts_of((9, 24), generator), marks.previous)


def diluted(attend: Attend, generator: torch.Generator) -> bool:
    """Readers in the first round, who have nothing to look for, count as 0."""
    tokens = texts_of((9, 24), generator)
    return bool((attend(tokens) * marks.followed(tokens)).sum(-1).mean() > 0.5)


def texts_of(periods: tuple[int, int], generator: torch.Generator) -> Tokens:
    """Repeating texts."""
    return texts.draw(48, d_vocab=64, n_pos=48, periods=periods, generator=generator).tokens


def _looks(attend: Attend, tokens: Tokens, where: object) -> bool:
    marked: Bool[Tensor, "batch pos pos"] = where(tokens)  # type: ignore[operator]
    return bool(marks.share(attend(tokens)[:, None], marked).item() > 0.5)


def _both(pattern: Pattern, tokens: Tokens, second: Float[Tensor, " head"]) -> Scores:
    return torch.stack((head_kinds.scores(pattern, tokens)[0], second))


def _followed_or_own(tokens: Tokens) -> Bool[Tensor, "batch pos pos"]:
    after = marks.earlier(tokens).roll(1, dims=-1)
    after[..., 0] = False
    return after
