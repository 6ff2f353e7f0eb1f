"""Texts of a language: how are they drawn, and how likely is each next token in them?"""

from typing import TypeGuard

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from mechnotes import validate
from mechnotes.circuits.bigrams.chains import Language, checked, stationary


def sample(
    language: Language, n_texts: int, n_pos: int, *, generator: torch.Generator
) -> Int[Tensor, "text pos"]:
    """Draw texts, the first token as often as the chain has it.

    Args:
        language: The language.
        n_texts: Texts.
        n_pos: Tokens of each.
        generator: Source of randomness.

    Raises:
        ValueError: If it is no language, a count is below 1, or the generator is none.
    """
    start = checked(language).start
    start = stationary(language) if start is None else start
    first = start.expand(validate.integer(n_texts, "n_texts", minimum=1), -1)
    validate.integer(n_pos, "n_pos", minimum=1)
    validate.generator(generator)
    tokens = torch.multinomial(first, 1, generator=generator)
    seen = torch.zeros_like(first, dtype=torch.bool)
    for _ in range(n_pos - 1):
        last = tokens[:, -1]
        row = _next(language, last, seen)
        seen.scatter_(1, last[:, None], value=True)
        tokens = torch.cat([tokens, torch.multinomial(row, 1, generator=generator)], dim=1)
    return tokens


def next_probabilities(
    language: Language, tokens: Int[Tensor, "text pos"]
) -> Float[Tensor, "text pos next"]:
    """The true probability of each token after every position.

    Args:
        language: The language.
        tokens: Texts.

    Raises:
        ValueError: If it is no language, or the tokens are no texts of it.
    """
    checked_texts(tokens, n_tokens=checked(language).n_tokens)
    said = torch.nn.functional.one_hot(tokens, language.n_tokens)
    before = (said.cumsum(dim=1) - said) > 0  # [text pos token]: anywhere before this position
    flat = _next(language, tokens.flatten(), before.flatten(0, 1))
    return flat.unflatten(0, tokens.shape)


def checked_texts(texts: object, *, n_tokens: int, shortest: int = 1) -> Int[Tensor, "text pos"]:
    """Check that `texts` are rows of token numbers.

    Args:
        texts: What to check.
        n_tokens: Tokens of the language.
        shortest: Tokens that each text has at least.

    Raises:
        ValueError: If they are not whole numbers in range, in rows that are long enough.
    """
    if not are_indices(texts, below=n_tokens) or texts.ndim != 2 or texts.shape[1] < shortest:
        validate.refuse(
            "texts",
            got=f"{texts.dtype} {tuple(texts.shape)}" if isinstance(texts, Tensor) else repr(texts),
            expected=f"whole numbers from 0 to {n_tokens - 1} in rows of {shortest} or more",
            fix="Draw texts with sampling.sample.",
        )
    return texts


def are_indices(values: object, *, below: int) -> TypeGuard[Tensor]:
    """Whether these are whole numbers from 0 on, all below a limit, and at least one."""
    if not isinstance(values, Tensor) or values.dtype != torch.int64 or not values.numel():
        return False
    return 0 <= int(values.min()) <= int(values.max()) < below


def _next(
    language: Language, last: Int[Tensor, " text"], seen: Bool[Tensor, "text token"]
) -> Float[Tensor, "text next"]:
    """Next-token probabilities from the last token and from what came before it."""
    base = language.transitions[last]
    if not language.triples:
        return base
    sources, destinations, outputs = torch.tensor(language.triples).T
    holds = (seen[:, sources] & (last[:, None] == destinations)).to(base.dtype)  # [text triple]
    share = holds @ torch.nn.functional.one_hot(outputs, language.n_tokens).to(base.dtype)
    count = holds.sum(dim=1, keepdim=True)
    decided = language.strength * share / count.clamp(min=1)
    return decided + torch.where(count > 0, 1 - language.strength, 1.0) * base
