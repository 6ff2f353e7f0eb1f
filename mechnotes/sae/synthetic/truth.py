"""Does an autoencoder find the truth, where we planted it?

A planted dictionary gives each feature a direction (its atom), a chance to be present, and a range
of magnitudes. An activation is the sum of the atoms that are present, times their magnitudes:
nothing else is in it, so whatever an autoencoder finds can be compared with what is there.

    planted = truth.plant(PlantedConfig(n_features=128, d_in=64))
    fitted = training.fit(SAEConfig(d_sae=128, k=4), planted.blocks())
    matching.mmcs(planted.atoms, fitted.weights["W_dec"])

Features may come in groups that tend to be present together, or in families: a child is present
only where its parent is.

Source:
    Sharkey et al. 2022, Taking features out of superposition with sparse autoencoders (the toy);
    Chanin et al. 2024, arXiv:2409.14507 (families, and what they do to latents).
"""

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from mechnotes import rng, validate
from mechnotes.sae.activations import Blocks
from mechnotes.sae.matching import random_dictionary
from mechnotes.sae.synthetic import inclusion
from mechnotes.sae.synthetic.planting import PlantedConfig


@dataclass(frozen=True, kw_only=True, eq=False)
class Planted:
    """A planted dictionary: the truth that an autoencoder is to find."""

    config: PlantedConfig
    """How it was planted."""
    atoms: Float[Tensor, "feature d_in"]
    """The direction of each feature, of length 1."""

    @property
    def families(self) -> Int[Tensor, "child 2"]:
        """For each child its parent and itself; no rows if there are no families."""
        parents = torch.arange(self.config.n_parents).repeat_interleave(self.config.n_children)
        children = self.config.n_parents + torch.arange(len(parents))
        return torch.stack((parents, children), dim=1)

    @property
    def chances(self) -> Float[Tensor, " feature"]:
        """Probability that each feature is present, exact up to rounding; see `inclusion`."""
        config, asked = self.config, self._asked.double()
        if config.exactly:
            return inclusion.of_draws(asked, config.exactly).float()
        if config.loyal and config.n_parents and config.group_correlation:
            parents, children = self.families.mT
            groups = torch.arange(config.n_features) // config.group_size
            shared = (groups[parents] == groups[children]) * float(config.group_correlation)
            own = torch.full(children.shape, float(config.child_chance)).double()
            asked[children] = inclusion.of_both(asked[parents], own, shared.double())
        return asked.float()

    @property
    def _asked(self) -> Float[Tensor, " feature"]:
        """Chances as the config asks for them, by which features are drawn; with `exactly` their
        weights."""
        config = self.config
        rest = torch.arange(1, config.n_features - config.n_in_families + 1).double()
        weights = rest ** -float(config.zipf)
        alone = weights * ((config.exactly or config.mean_active) / weights.sum())
        parents = torch.full((config.n_parents,), float(config.parent_chance)).double()
        children = (parents * config.child_chance).repeat_interleave(config.n_children)
        return torch.cat((parents, children, alone)).float()

    def magnitudes(self, n: int, *, generator: torch.Generator) -> Float[Tensor, "n feature"]:
        """Draw who is present, and how much of each.

        Returns:
            Magnitudes; 0 for a feature that is absent.

        Raises:
            ValueError: If n is no count or the generator is none.
        """
        validate.integer(n, "n", minimum=1)
        validate.generator(generator)
        config = self.config
        present = self._present(n, generator)
        size = torch.rand(present.shape, generator=generator) * (config.high - config.low)
        return present * (config.low + size)

    def activations(self, magnitudes: Float[Tensor, "n feature"]) -> Float[Tensor, "n d_in"]:
        """The sum of the atoms, times their magnitudes."""
        return magnitudes @ self.atoms

    def sample(
        self, n: int, *, stream: str = "held out"
    ) -> tuple[Float[Tensor, "n d_in"], Float[Tensor, "n feature"]]:
        """Activations that no training saw, with the magnitudes they are made of.

        Args:
            n: How many.
            stream: Name of the random stream; another name is another sample.

        Raises:
            ValueError: If n is no count.
        """
        magnitudes = self.magnitudes(n, generator=rng.generator(self.config.seed, stream))
        return self.activations(magnitudes), magnitudes

    def blocks(self, *, size: int = 16_384) -> Blocks:
        """Fresh activations for `training.fit`, a block at a time.

        Raises:
            ValueError: If the size is no count.
        """
        validate.integer(size, "size", minimum=1)

        def block(number: int) -> Float[Tensor, "n d_in"]:
            generator = rng.generator(self.config.seed, "block", number)
            return self.activations(self.magnitudes(size, generator=generator))

        return block

    def _present(self, n: int, generator: torch.Generator) -> Bool[Tensor, "n feature"]:
        config = self.config
        if config.exactly:
            # The largest keys u ** (1 / weight) are a draw by weight without replacement.
            keys = torch.rand(n, config.n_features, generator=generator).log() / self._asked
            chosen = keys.topk(config.exactly, dim=1).indices
            return torch.zeros(keys.shape, dtype=torch.bool).scatter(1, chosen, True)
        own = torch.randn(n, config.n_features, generator=generator)
        n_groups = -(-config.n_features // config.group_size)
        shared = torch.randn(n, n_groups, generator=generator)
        shared = shared.repeat_interleave(config.group_size, dim=1)[:, : config.n_features]
        part = float(config.group_correlation)
        drawn = part**0.5 * shared + (1 - part) ** 0.5 * own
        chances, (parents, children) = self._asked, self.families.mT
        if config.loyal:
            chances = chances.index_fill(0, children, float(config.child_chance))
        present = drawn < torch.special.ndtri(chances)
        if config.loyal:
            present[:, children] &= present[:, parents]
        return present


def plant(config: PlantedConfig) -> Planted:
    """Plant a dictionary.

    Raises:
        ValueError: If the config is no PlantedConfig.
    """
    if not isinstance(config, PlantedConfig):
        validate.refuse(
            "config",
            got=repr(config),
            expected="a PlantedConfig",
            fix="Write one: PlantedConfig(n_features=128, d_in=64).",
        )
    generator = rng.generator(config.seed, "atoms")
    atoms = random_dictionary(config.n_features, config.d_in, generator=generator)
    if config.geometry == "orthogonal":
        atoms = torch.linalg.qr(atoms.mT).Q.mT
    elif config.geometry == "tight":
        for _ in range(100):  # the nearest tight frame, then rows of length 1 again
            left, _, right = torch.linalg.svd(atoms, full_matrices=False)
            atoms = torch.nn.functional.normalize(left @ right, dim=1)
    return Planted(config=config, atoms=atoms.contiguous())
