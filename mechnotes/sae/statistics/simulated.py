"""Made-up latents whose truth is known: what should the statistics find in them?

`bystanders` have nothing to do with any property. `texts` are read through a dictionary of planted
directions, as an autoencoder would, and begin with a mark whose activation is long and always the
same.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from mechnotes import rng, validate
from mechnotes.sae.statistics.power import Firing

D_IN, N_ATOMS, N_OWN, N_COMMON, N_TOKENS, N_ACTIVE = 64, 512, 20, 5, 20, 4
THRESHOLD = 0.7
"""What a token's projection on a direction must exceed for its latent to fire."""


@dataclass(frozen=True, kw_only=True, eq=False)
class PlantedTexts:
    """Texts of two kinds as latents, and the features that were planted in each kind."""

    values: Float[Tensor, "text pos latent"]
    """Latents at every position; the first is the mark for the beginning."""
    lengths: Int[Tensor, " text"]
    """Positions of each text, all equal."""
    group: Bool[Tensor, " text"]
    """Texts of the first kind."""
    features: tuple[frozenset[int], frozenset[int]]
    """Latents of the features of the first and of the second kind."""

    @property
    def overlap(self) -> float:
        """Share of a kind's features that the other kind has too."""
        one, other = self.features
        return len(one & other) / len(one)


def bystanders(
    n_texts: int, n_latents: int, *, share: float | int = 0.1, seed: int = 0
) -> Float[Tensor, "text latent"]:
    """Latents that fire at random, each in the same share of texts on average.

    Args:
        n_texts: Texts.
        n_latents: Latents.
        share: Share of the texts in which each fires, from 0 to 1.
        seed: Seed of all chance.

    Raises:
        ValueError: If a number is out of range.
    """
    validate.integer(n_texts, "n_texts", minimum=1)
    group = torch.zeros(n_texts, dtype=torch.bool)
    firing = Firing(with_property=share, without=share)
    return firing.draw(group, n_latents, generator=rng.generator(seed, "bystanders"))


def texts(n_each: int = 7, *, bos_length: float | int = 50.0, seed: int = 0) -> PlantedTexts:
    """Texts of two kinds that share a quarter of their features.

    Args:
        n_each: Texts of each kind.
        bos_length: Length of the mark's activation, in mean lengths of the others.
        seed: Seed of all chance.

    Raises:
        ValueError: If a number is out of range.
    """
    validate.integer(n_each, "n_each", minimum=2)
    validate.number(bos_length, "bos_length", low=0)
    generator = rng.generator(validate.seed(seed), "planted texts")
    atoms = torch.randn(N_ATOMS, D_IN, generator=generator)
    atoms = atoms / atoms.norm(dim=1, keepdim=True)
    order = torch.randperm(N_ATOMS, generator=generator)
    kinds = order[:N_OWN], order[N_OWN - N_COMMON : 2 * N_OWN - N_COMMON]
    group = torch.arange(2 * n_each) < n_each
    tokens = torch.stack([_text(kinds[int(~one)], atoms, generator) for one in group])
    mark = torch.randn(D_IN, generator=generator)
    mark = mark / mark.norm() * bos_length * tokens.norm(dim=-1).mean()
    activations = torch.cat((mark.expand(len(tokens), 1, D_IN), tokens), dim=1)
    return PlantedTexts(
        values=(activations @ atoms.T - THRESHOLD).relu(),
        lengths=torch.full((len(tokens),), N_TOKENS + 1),
        group=group,
        features=(frozenset(kinds[0].tolist()), frozenset(kinds[1].tolist())),
    )


def _text(
    features: Int[Tensor, " feature"],
    atoms: Float[Tensor, "atom d_in"],
    generator: torch.Generator,
) -> Float[Tensor, "pos d_in"]:
    """Tokens that each are a sum of a few of the features, with strengths of 1 to 2."""
    lots = torch.rand(N_TOKENS, len(features), generator=generator)
    chosen = features[lots.argsort(dim=1)[:, :N_ACTIVE]]
    strengths = 1 + torch.rand(chosen.shape, generator=generator)
    return torch.einsum("pk, pkd -> pd", strengths, atoms[chosen])
