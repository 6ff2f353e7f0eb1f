"""Languages whose next token is known in closed form: what could a perfect model say?

A `Language` is a Markov chain: the last token alone says how likely each next one is. Skip-trigrams
may be laid over it: in `(A, B, C)`, a *source* A anywhere before a *destination* B makes the
*output* C follow B with a given strength, as "keep" does with "in" and "mind". All else goes
on as in the chain, so every difference between texts with A and without it is the triple's.

No model can have a lower loss than the mean entropy of `next_probabilities`; for a plain chain
that is the entropy rate. All entropies are in nats.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes import rng, validate

Triple = tuple[int, int, int]
"""Source, destination and output of a skip-trigram, as token numbers."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Language:
    """A Markov chain, and skip-trigrams laid over it."""

    transitions: Float[Tensor, "token next"]
    """Probability of each next token; rows add up to 1."""
    start: Float[Tensor, " token"] | None = None
    """Probability of each first token; None for the one that the chain settles to."""
    triples: tuple[Triple, ...] = ()
    """Skip-trigrams; none make it a plain chain."""
    strength: float | int = 0.0
    """Probability with which a triple decides what follows, once its source and destination are
    there; several that hold at once share it evenly."""

    def __post_init__(self) -> None:
        _check_transitions(self.transitions)
        if self.start is not None:
            validate.between(self.start, "start", low=0, high=1 + 1e-6)
            validate.shape(self.start, "start", ("token",), token=len(self.transitions))
        validate.number(self.strength, "strength", low=0.0, high=1.0)
        _check_triples(self.triples, len(self.transitions))

    @property
    def n_tokens(self) -> int:
        """Tokens of the language."""
        return len(self.transitions)


def random_chain(n_tokens: int, *, concentration: float | int, seed: int) -> Language:
    """Draw a Markov chain.

    Args:
        n_tokens: Tokens, at least 2.
        concentration: Of the Dirichlet distribution that each row is drawn from: near 0 one next
            token takes all, at 1 every row is as likely as any other.
        seed: Seed.

    Raises:
        ValueError: If there are fewer than two tokens, or the concentration is not above 0.

    Examples:
        >>> random_chain(20, concentration=0.3, seed=0).transitions.sum(dim=1)
    """
    n_tokens = validate.integer(n_tokens, "n_tokens", minimum=2)
    validate.number(concentration, "concentration", low=0.0, low_open=True)
    generator = rng.generator(seed, "transitions")
    shape = torch.full((n_tokens, n_tokens), float(concentration), dtype=torch.float64)
    # A Dirichlet draw is a row of gamma draws, divided by its sum.
    rows = torch._standard_gamma(shape, generator=generator)
    return Language(transitions=(rows / rows.sum(dim=1, keepdim=True)).float())


def opened_by_sources(
    n_tokens: int, triples: tuple[Triple, ...], *, strength: float | int
) -> Language:
    """A language in which nothing but the first token of a text can be a source.

    All that is not decided by a triple is even, so bigrams say nothing. Each source opens as many
    texts as any other, and as many texts open with none; two sources never share a text.

    Args:
        n_tokens: Tokens.
        triples: Skip-trigrams, at least one.
        strength: Probability with which a triple decides what follows.

    Raises:
        ValueError: If there is no triple, or nothing but sources, or an argument does not fit.
    """
    n_tokens = validate.integer(n_tokens, "n_tokens", minimum=2)
    _check_triples(triples, n_tokens)
    sources = sorted({source for source, _, _ in triples})
    if not 0 < len(sources) < n_tokens:
        validate.refuse(
            "triples",
            got=f"{len(sources)} sources among {n_tokens} tokens",
            expected="at least one triple, and tokens that are no source",
            fix="Write triples=((0, 1, 2),).",
        )
    is_source = torch.zeros(n_tokens, dtype=torch.bool)
    is_source[sources] = True
    even = torch.where(is_source, 0.0, 1 / (n_tokens - len(sources)))
    return Language(
        transitions=even.repeat(n_tokens, 1),
        start=torch.where(is_source, 1.0, even) / (len(sources) + 1),
        triples=triples,
        strength=strength,
    )


def stationary(language: Language) -> Float[Tensor, " token"]:
    """How often each token comes in a long text of the chain, triples left aside.

    Raises:
        ValueError: If it is no language.
    """
    transitions = checked(language).transitions.double()
    balance = torch.cat(
        [transitions.T - torch.eye(len(transitions)), torch.ones_like(transitions[:1])]
    )
    wanted = torch.zeros(len(balance), 1, dtype=torch.float64)
    wanted[-1] = 1
    return torch.linalg.lstsq(balance, wanted).solution[:, 0].clamp(min=0).float()


def entropy_rate(language: Language) -> float:
    """Mean entropy of the next token of a plain chain, in nats: the lowest loss there is.

    Raises:
        ValueError: If it is no language, or has triples: then it depends on the length of texts;
            take the mean of `entropy(next_probabilities(...))`.
    """
    if checked(language).triples:
        validate.refuse(
            "language",
            got=f"{len(language.triples)} skip-trigrams",
            expected="a plain Markov chain",
            fix="Take the mean of entropy(next_probabilities(language, tokens)) over texts.",
        )
    return float((stationary(language) * entropy(language.transitions)).sum())


def entropy(probabilities: Float[Tensor, "*rows token"]) -> Float[Tensor, "*rows"]:
    """Entropy of each row, in nats: 0 is certainty, ln(n) an even choice of n.

    Raises:
        ValueError: If an entry is not a probability.
    """
    validate.between(probabilities, "probabilities", low=0, high=1 + 1e-6)
    return -torch.xlogy(probabilities, probabilities).sum(dim=-1)


def checked(language: object) -> Language:
    """Check that `language` is one.

    Raises:
        ValueError: If it is something else, such as a matrix of probabilities.
    """
    if not isinstance(language, Language):
        validate.refuse(
            "language",
            got=type(language).__name__,
            expected="a Language",
            fix="Make one with chains.random_chain(20, concentration=0.3, seed=0).",
        )
    return language


def _check_transitions(transitions: object) -> None:
    axes = ("token", "next")
    matrix = validate.shape(
        validate.between(transitions, "transitions", low=0, high=1 + 1e-6), "transitions", axes
    )
    assert isinstance(matrix, Tensor)
    square = matrix.shape[0] == matrix.shape[1]
    if not square or not torch.allclose(matrix.sum(dim=1), torch.ones(len(matrix)), atol=1e-4):
        validate.refuse(
            "transitions",
            got=f"shape {tuple(matrix.shape)}, rows that add up to {matrix.sum(1).tolist()[:3]}",
            expected="a square matrix whose rows add up to 1",
            fix="Divide each row by its sum.",
        )


def _check_triples(triples: object, n_tokens: int) -> None:
    if not isinstance(triples, tuple) or not all(
        isinstance(one, tuple) and len(one) == 3 for one in triples
    ):
        validate.refuse(
            "triples",
            got=repr(triples),
            expected="a tuple of (source, destination, output)",
            fix="Write triples=((0, 1, 3),), with both commas.",
        )
    for one in triples:
        for token in one:
            validate.integer(token, "triples", maximum=n_tokens - 1)
