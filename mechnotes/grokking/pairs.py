"""Which sums does the network learn from, and which must it find out?

All p² pairs (a, b) are listed in order of a, then b. A seed draws the training pairs; the rest are
the test.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Int
from torch import Tensor

from mechnotes import rng
from mechnotes.grokking import config as configs
from mechnotes.grokking.config import GrokkingConfig


@dataclass(frozen=True, kw_only=True, eq=False)
class Pairs:
    """Pairs of numbers with their sums."""

    a: Int[Tensor, " pair"]
    """First summands."""
    b: Int[Tensor, " pair"]
    """Second summands."""
    sums: Int[Tensor, " pair"]
    """(a + b) mod p."""

    def where(self, chosen: Bool[Tensor, " pair"]) -> "Pairs":
        """The chosen pairs, in their order."""
        return Pairs(a=self.a[chosen], b=self.b[chosen], sums=self.sums[chosen])

    def to(self, device: str) -> "Pairs":
        """The pairs on a device."""
        return Pairs(a=self.a.to(device), b=self.b.to(device), sums=self.sums.to(device))


def every(p: int) -> Pairs:
    """All p² pairs, in order of a, then b.

    Raises:
        ValueError: If p is not odd and at least 3.
    """
    numbers = torch.arange(configs.modulus(p))
    a, b = numbers.repeat_interleave(p), numbers.repeat(p)
    return Pairs(a=a, b=b, sums=(a + b) % p)


def is_training(config: GrokkingConfig) -> Bool[Tensor, " pair"]:
    """For each of the p² pairs, whether a config's network learns from it.

    Raises:
        ValueError: If the config is not a GrokkingConfig.
    """
    n_pairs = configs.checked(config).p ** 2
    order = torch.randperm(n_pairs, generator=rng.generator(config.seed, "pairs"))
    chosen = torch.zeros(n_pairs, dtype=torch.bool)
    chosen[order[: int(config.train_fraction * n_pairs)]] = True
    return chosen
