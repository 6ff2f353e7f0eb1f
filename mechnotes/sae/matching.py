"""Did two dictionaries find the same directions?

A dictionary is a matrix of directions, one in each row: planted atoms, or an autoencoder's `W_dec`.
Rows are compared by the magnitude of their cosine, so length and sign do not count. A row of zeros
has cosine 0 with everything.

Two questions that sound alike. *Is every atom found by some latent?* The best partner of each atom
answers it (`mmcs`), and one latent may serve two atoms. *Is there a latent of its own for each?*
A one-to-one matching answers that (`match`), and two dictionaries of different size leave rows
without a partner. Random directions have partners too: subtract `random_mmcs` in your head.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from mechnotes import rng, validate

SHARED = 0.7
"""Cosine from which two latents count as the same: nearer to each other than to a right angle."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Matching:
    """Pairs of rows of two dictionaries, each row in at most one pair."""

    first: Int[Tensor, " pair"]
    """Row of the first dictionary, rising."""
    second: Int[Tensor, " pair"]
    """Its partner in the second."""
    likeness: Float[Tensor, " pair"]
    """How alike they are, from 0 to 1."""

    @property
    def mean(self) -> float:
        """Mean likeness of the pairs; 1 if the smaller dictionary is wholly found in the other."""
        return self.likeness.mean().item()


def cosines(
    first: Float[Tensor, "row d_in"], second: Float[Tensor, "other d_in"]
) -> Float[Tensor, "row other"]:
    """Cosine of each row of one dictionary with each row of another; 0 for a row of zeros.

    Raises:
        ValueError: If a dictionary is not finite or the widths differ.
    """
    d_in = _checked(first, "first").shape[1]
    validate.shape(_checked(second, "second"), "second", ("other", "d_in"), d_in=d_in)
    return _unit(first) @ _unit(second).mT


def mmcs(atoms: Float[Tensor, "feature d_in"], decoder: Float[Tensor, "latent d_in"]) -> float:
    """Mean over true atoms of the largest |cosine| that any latent has with it.

    Args:
        atoms: The truth: a direction for each feature.
        decoder: What was found: a direction for each latent.

    Returns:
        1 if every atom is found, whatever else the latents do; `random_mmcs` for a guess, which
        is far from 0. Exchanging the two asks another question: is every latent an atom?

    Raises:
        ValueError: As `cosines`.

    Source:
        Sharkey et al. 2022, Taking features out of superposition with sparse autoencoders, the
        mean maximum cosine similarity; with magnitudes, so that a sign does not count.
    """
    return cosines(atoms, decoder).abs().amax(1).mean().item()


def match(first: Float[Tensor, "row d_in"], second: Float[Tensor, "other d_in"]) -> Matching:
    """Pair the rows of two dictionaries so that the sum of |cosines| is as large as possible.

    Returns:
        As many pairs as the smaller dictionary has rows.

    Raises:
        ValueError: As `cosines`.

    Source:
        Kuhn 1955, The Hungarian method for the assignment problem.
    """
    return assign(cosines(first, second).abs())


def matched_mean(first: Float[Tensor, "row d_in"], second: Float[Tensor, "other d_in"]) -> float:
    """Mean |cosine| over the best one-to-one pairing of two dictionaries; see `match`.

    Returns:
        1 if the smaller dictionary is wholly found in the other.

    Raises:
        ValueError: As `cosines`.
    """
    return match(first, second).mean


def match_activity(first: Float[Tensor, "n row"], second: Float[Tensor, "n other"]) -> Matching:
    """Pair features or latents by what they do on a sample, not by their directions.

    Args:
        first: Values on each of n inputs.
        second: Values of others on the same inputs.

    Returns:
        Pairs with the largest sum of |correlations|; what never varies correlates with nothing.

    Raises:
        ValueError: If the samples differ in length or are not finite.
    """
    validate.finite(validate.shape(first, "first", ("n", "row")), "first")
    validate.finite(validate.shape(second, "second", ("n", "other"), n=len(first)), "second")
    centred = [(values - values.mean(0)).double().mT for values in (first, second)]
    return assign((_unit(centred[0]) @ _unit(centred[1]).mT).abs())


def assign(likeness: Float[Tensor, "row other"]) -> Matching:
    """The one-to-one pairing with the largest total likeness.

    Raises:
        ValueError: If the likeness is not a finite matrix.
    """
    from scipy.optimize import linear_sum_assignment

    validate.finite(validate.shape(likeness, "likeness", ("row", "other")), "likeness")
    rows, others = linear_sum_assignment(likeness.detach().cpu().numpy(), maximize=True)
    first, second = torch.from_numpy(rows).long(), torch.from_numpy(others).long()
    return Matching(first=first, second=second, likeness=likeness.detach().cpu()[first, second])


def stability(
    first: Float[Tensor, "row d_in"],
    second: Float[Tensor, "other d_in"],
    *,
    threshold: float | int = SHARED,
) -> float:
    """Share of an autoencoder's latents that another one, trained from another seed, has as well.

    Args:
        first: Decoder whose latents are counted. Leave out dead ones: their directions are chance.
        second: Decoder in which partners are sought, one for each.
        threshold: |Cosine| from which a partner counts.

    Returns:
        Share of the rows of `first`, from 0 to 1.

    Raises:
        ValueError: As `cosines`, or if the threshold is no number from 0 to 1.

    Source:
        Paulo and Belrose 2025, arXiv:2501.16615; this looks at decoders alone.
    """
    validate.number(threshold, "threshold", low=0.0, high=1.0)
    pairs = match(first, second)
    return (pairs.likeness >= threshold).sum().item() / len(first)


def random_dictionary(
    n: int, d_in: int, *, generator: torch.Generator
) -> Float[Tensor, "row d_in"]:
    """Directions drawn evenly from the sphere, each of length 1.

    Raises:
        ValueError: If a size is no count or the generator is none.
    """
    validate.integer(n, "n", minimum=1)
    validate.integer(d_in, "d_in", minimum=1)
    return _unit(torch.randn(n, d_in, generator=validate.generator(generator)))


def random_mmcs(
    atoms: Float[Tensor, "feature d_in"], n_latents: int, *, seed: int = 0, draws: int = 8
) -> float:
    """The `mmcs` of latents that know nothing: random directions, mean over some draws.

    It grows with the number of latents and falls with the width, and is never near 0.

    Raises:
        ValueError: If the atoms are not finite, or a number is no count.
    """
    d_in = _checked(atoms, "atoms").shape[1]
    validate.integer(draws, "draws", minimum=1)
    guesses = (
        random_dictionary(n_latents, d_in, generator=rng.generator(seed, "guess", draw))
        for draw in range(draws)
    )
    return sum(mmcs(atoms, guess) for guess in guesses) / draws


def _unit(rows: Tensor) -> Tensor:
    """Rows of length 1; rows of zeros stay."""
    norms = rows.norm(dim=1, keepdim=True)
    return rows / torch.where(norms > 0, norms, 1.0)


def _checked(dictionary: Tensor, name: str) -> Tensor:
    return validate.finite(validate.shape(dictionary, name, ("row", "d_in")), name)
