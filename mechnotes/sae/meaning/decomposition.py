"""Which latents make up a neuron?

An autoencoder of an MLP's neurons rewrites each activation vector as a sum of decoder rows, so it
says of every single neuron how much each latent adds to it at each token: latent times the row's
entry for that neuron. If the neuron answers to several things and the latents to one each, then on
different tokens different latents make up the same neuron.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes import rng, validate
from mechnotes._typing import LanguageModel
from mechnotes.sae import autoencoder, matching
from mechnotes.sae.autoencoder import Autoencoder
from mechnotes.sae.meaning import labels
from mechnotes.storybook.corpus import Passages


@dataclass(frozen=True, kw_only=True, eq=False)
class Decomposed:
    """One neuron as a sum over latents, token by token, in the order of `labels.flat`."""

    value: Float[Tensor, " token"]
    """The neuron's value."""
    parts: Float[Tensor, "token latent"]
    """What each latent adds to it."""
    constant: float
    """What the decoder's bias adds at every token."""

    @property
    def explained(self) -> float:
        """Share of the neuron's variance that the latents explain; 1 is all, below 0 is harm."""
        rest = self.value - self.parts.sum(1) - self.constant
        spread = self.value - self.value.mean()
        return 1 - (rest.square().sum() / spread.square().sum()).item()


def decompose(model: LanguageModel, sae: Autoencoder, text: Passages, *, neuron: int) -> Decomposed:
    """Take one neuron apart.

    Args:
        model: The model that the autoencoder was trained on.
        sae: An autoencoder of neurons; of another place, a dimension is taken apart.
        text: Texts.
        neuron: Which neuron.

    Raises:
        ValueError: If the autoencoder does not fit the model, or there is no such neuron.
    """
    autoencoder.check_fits(model, sae)
    validate.integer(neuron, "neuron", maximum=sae.cfg.d_in - 1)
    activations = labels.flat(autoencoder.read(model, sae, text.tokens))
    with torch.no_grad():
        parts = (sae.encode(activations) * sae.W_dec[:, neuron]).cpu()
    value, constant = activations[:, neuron].cpu(), sae.b_dec[neuron].item()
    return Decomposed(value=value, parts=parts, constant=constant)


def random_latents(
    values: Float[Tensor, "token width"], *, d_sae: int, k: int, seed: int
) -> Float[Tensor, "token latent"]:
    """Latents of a TopK dictionary that has learnt nothing: random directions, the k largest kept.

    They are as sparse as learnt ones; what they have in common with those, sparsity alone brings.

    Args:
        values: Activations.
        d_sae: Number of directions.
        k: Latents that may be active at once.
        seed: Seed of the directions.

    Raises:
        ValueError: If the values are not a table, or a number is none or too large.
    """
    width = validate.shape(values, "values", ("token", "width")).shape[1]
    validate.integer(d_sae, "d_sae", minimum=1)
    validate.integer(k, "k", minimum=1, maximum=d_sae)
    generator = rng.generator(validate.seed(seed), "random latents")
    atoms = matching.random_dictionary(d_sae, width, generator=generator)
    along = ((values - values.mean(0)) @ atoms.T).clamp(min=0)
    best = along.topk(k, dim=1)
    return torch.zeros_like(along).scatter_(1, best.indices, best.values)
