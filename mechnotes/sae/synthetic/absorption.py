"""Does a latent go silent where its feature is still there?

Where one feature implies another (a poodle is a dog), an autoencoder saves a latent by letting the
narrow one write both directions. The wide one's latent then fires for every dog but poodles: it
looks like a clean detector and has a hole that its examples never show. That is absorption, and it
is measured as what the parent's latent misses when the child is present, beside what it misses
when the child is not.

Source:
    Chanin et al. 2024, A is for Absorption, arXiv:2409.14507. Their score looks for other latents
    that take over; this is the loss of recall itself, which needs the truth to be known.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from mechnotes import validate
from mechnotes.sae import matching
from mechnotes.sae.autoencoder import Autoencoder
from mechnotes.sae.reference import ReferenceSAE
from mechnotes.sae.synthetic.truth import Planted


@dataclass(frozen=True, kw_only=True, slots=True)
class Absorption:
    """How well one latent finds one feature, without and with a second feature present."""

    alone: float
    """Recall where the second feature is absent: share of the inputs with the first feature on
    which the latent fires."""
    with_child: float
    """Recall where the second feature is present too."""

    @property
    def drop(self) -> float:
        """Recall that is lost: 0 without absorption, 1 if the latent never fires with the child."""
        return self.alone - self.with_child


def absorption(
    values: Float[Tensor, " n"], *, parent: Bool[Tensor, " n"], child: Bool[Tensor, " n"]
) -> Absorption:
    """What a parent's latent loses where the child is present.

    Args:
        values: The latent on n inputs.
        parent: On which of them the parent's feature is present.
        child: On which the child's is; inputs without the parent are not looked at.

    Raises:
        ValueError: If the lengths differ, a mask is not of True and False, or the parent never
            comes without the child or with it.
    """
    n = len(validate.finite(validate.shape(values, "values", ("n",)), "values"))
    for name, given in (("parent", parent), ("child", child)):
        validate.shape(given, name, ("n",), n=n)
        if given.dtype != torch.bool:
            validate.refuse(
                name,
                got=f"a tensor of {given.dtype}",
                expected="True or False for each input",
                fix="Compare: present = feature > 0.",
            )
    fires = values != 0
    return Absorption(
        alone=_share(fires, parent & ~child, "the parent without the child"),
        with_child=_share(fires, parent & child, "the parent with the child"),
    )


@torch.no_grad()
def of_families(
    sae: Autoencoder | ReferenceSAE, planted: Planted, *, n: int = 20_000, stream: str = "held out"
) -> tuple[Absorption, ...]:
    """Absorption for every child of a planted dictionary.

    The parent's latent is the one whose direction lies nearest to the parent's atom.

    Args:
        sae: An autoencoder trained on the dictionary.
        planted: The dictionary.
        n: Activations to look at.
        stream: Name of their random stream.

    Raises:
        ValueError: If the dictionary has no families, or the sample is too small to hold each.
    """
    if not len(planted.families):
        validate.refuse(
            "planted",
            got="a dictionary without families",
            expected="parents with children",
            fix="Plant some: PlantedConfig(n_parents=4, n_children=2).",
        )
    x, magnitudes = planted.sample(n, stream=stream)
    latents, present = sae.encode(x), magnitudes > 0
    nearest = matching.cosines(planted.atoms, sae.W_dec).abs().argmax(1)
    return tuple(
        absorption(latents[:, nearest[parent]], parent=present[:, parent], child=present[:, child])
        for parent, child in planted.families.tolist()
    )


def _share(fires: Tensor, where: Tensor, what: str) -> float:
    if not where.any():
        validate.refuse(
            "inputs",
            got=f"none with {what}",
            expected="at least one",
            fix="Take more inputs.",
        )
    return fires[where].double().mean().item()
