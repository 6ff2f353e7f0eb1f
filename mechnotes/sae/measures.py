"""How good is a sparse autoencoder, where nobody knows the truth?

Two numbers pull against each other: how much of the activations it explains, and with how few
latents. `measure` finds them, and what else is asked of every autoencoder, in one pass over batches
of activations; nothing larger than a batch is held.

    quality = measures.measure(sae, batches)
    quality.fvu, quality.l0, quality.dead_share

Sums run over all batches before anything is divided: a mean of the ratios of batches is another
number, and a wrong one where batches differ. All sums are in double precision.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NoReturn, Protocol, runtime_checkable

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from mechnotes import validate


@runtime_checkable
class Coder(Protocol):
    """What is measured: an `autoencoder.Autoencoder`, or anything else that encodes and decodes."""

    def encode(self, x: Float[Tensor, "*batch d_in"]) -> Float[Tensor, "*batch d_sae"]:
        """Latents of activations, at least 0."""

    def decode(self, feature_acts: Float[Tensor, "*batch d_sae"]) -> Float[Tensor, "*batch d_in"]:
        """Activations from latents."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Quality:
    """What was measured on one sample of activations."""

    fvu: float
    """Fraction of variance unexplained: squared error over squared distance from the mean, each
    summed over the sample. 0 is perfect, 1 is as good as answering with the mean, and worse than
    that is above 1."""
    l0: float
    """Latents that are active at once, on average."""
    shrinkage: float
    """See `shrinkage`: 1 for a reconstruction of the right length, below 1 for one too short."""
    density: Float[Tensor, " latent"]
    """Share of the sample on which each latent is active."""
    n: int
    """Activations in the sample."""

    @property
    def explained_variance(self) -> float:
        """1 less the `fvu`: 1 is perfect, 0 the mean."""
        return 1 - self.fvu

    @property
    def dead(self) -> Bool[Tensor, " latent"]:
        """Latents that were never active on this sample. On a larger one there may be fewer."""
        return self.density == 0

    @property
    def dead_share(self) -> float:
        """Share of latents that are dead."""
        return self.dead.float().mean().item()


@torch.no_grad()
def measure(sae: Coder, batches: Iterable[Float[Tensor, "_ d_in"]]) -> Quality:
    """Measure an autoencoder on batches of activations.

    Args:
        sae: The autoencoder.
        batches: Activations; batches may differ in size.

    Raises:
        ValueError: If there is no batch, a batch is no finite [n, d_in] of the autoencoder's width,
            or all activations are equal, so that there is no variance to explain.
    """
    if not isinstance(sae, Coder):
        validate.refuse(
            "sae",
            got=type(sae).__name__,
            expected="something with encode and decode",
            fix='Load one: sae.load("storybook", "block-1-topk-512-seed-0").',
        )
    sums, counts = _Sums(), torch.zeros(())
    for x in batches:
        validate.finite(validate.shape(x, "batch", ("n", "d_in")), "batch")
        latents = sae.encode(x)
        sums.add(x, sae.decode(latents))
        counts = counts + (latents != 0).sum(0).cpu().double()
    if not sums.n:
        _refuse_nothing()
    return Quality(
        fvu=sums.fvu(),
        l0=counts.sum().item() / sums.n,
        shrinkage=sums.shrinkage(),
        density=counts / sums.n,
        n=sums.n,
    )


def fvu(x: Float[Tensor, "n d_in"], x_hat: Float[Tensor, "n d_in"]) -> float:
    """Fraction of variance unexplained by a reconstruction.

    Args:
        x: Activations.
        x_hat: Their reconstruction.

    Returns:
        Sum of squared errors over sum of squared distances from the mean of x: 0 for a perfect
        reconstruction, 1 for the mean, above 1 for anything worse. 1 less this is the explained
        variance.

    Raises:
        ValueError: If a tensor is not finite, the shapes differ, or all activations are equal.
    """
    return fvu_of_batches([(x, x_hat)])


def fvu_of_batches(
    batches: Iterable[tuple[Float[Tensor, "_ d_in"], Float[Tensor, "_ d_in"]]],
) -> float:
    """Fraction of variance unexplained, over pairs of activations and reconstruction.

    Args:
        batches: Pairs; batches may differ in size.

    Returns:
        One ratio of two sums over all batches; see `fvu`.

    Raises:
        ValueError: As `fvu`, or if there is no batch.
    """
    return _summed(batches).fvu()


def shrinkage(x: Float[Tensor, "n d_in"], x_hat: Float[Tensor, "n d_in"]) -> float:
    """Length of a reconstruction over the length that would serve it best.

    With both measured from the mean of x, it is sum |x_hat|² / sum (x_hat . x): the number by which
    to divide the reconstruction so that the squared error is least. Features that are left out do
    not change it, unlike the ratio of the two lengths.

    Args:
        x: Activations.
        x_hat: Their reconstruction.

    Returns:
        1 if no stretching helps, below 1 if the reconstruction is too short, above 1 if it is too
        long; NaN for a reconstruction that never leaves the mean.

    Raises:
        ValueError: As `fvu`.

    Source:
        Rajamanoharan et al. 2024, arXiv:2404.16014, equation 10, the relative reconstruction bias.
        Theirs is measured from 0, not from the mean.
    """
    return _summed([(x, x_hat)]).shrinkage()


def l0(latents: Float[Tensor, "*batch latent"]) -> float:
    """Latents that are active at once, on average over everything but the last axis."""
    active = (_checked(latents) != 0).double()
    return active.sum(-1).mean().item()


def density(latents: Float[Tensor, "*batch latent"]) -> Float[Tensor, " latent"]:
    """Share of the activations on which each latent is active; 0 for a dead one."""
    return (_checked(latents) != 0).double().flatten(0, -2).mean(0)


def dead_share(latents: Float[Tensor, "*batch latent"]) -> float:
    """Share of the latents that are active on none of the activations."""
    return (density(latents) == 0).double().mean().item()


class _Sums:
    """Running sums over pairs of activations and reconstructions."""

    def __init__(self) -> None:
        self.n = 0
        self.x: Tensor = torch.zeros(())
        self.x_hat: Tensor = torch.zeros(())
        self.squares = dict.fromkeys(("x", "x_hat", "product", "error"), 0.0)

    def add(self, x: Tensor, x_hat: Tensor) -> None:
        x, x_hat = x.detach().cpu().double(), x_hat.detach().cpu().double()
        pairs = {"x": (x, x), "x_hat": (x_hat, x_hat), "product": (x, x_hat)}
        pairs["error"] = (x - x_hat, x - x_hat)
        for name, (one, other) in pairs.items():
            self.squares[name] += (one * other).sum().item()
        self.n += len(x)
        self.x, self.x_hat = self.x + x.sum(0), self.x_hat + x_hat.sum(0)

    def fvu(self) -> float:
        spread = self.squares["x"] - self.x.square().sum().item() / self.n
        if spread <= 1e-12 * self.squares["x"]:
            validate.refuse(
                "x",
                got=f"{self.n} equal activations",
                expected="activations that vary",
                fix="Take more than one token, and not only the first of each text.",
            )
        return self.squares["error"] / spread

    def shrinkage(self) -> float:
        mean = self.x / self.n
        shared = float(mean @ self.x_hat)
        length = self.squares["x_hat"] - 2 * shared + self.n * float(mean @ mean)
        along = self.squares["product"] - shared
        return length / along if abs(along) > 1e-12 * self.squares["x"] else math.nan


def _summed(batches: Iterable[tuple[Tensor, Tensor]]) -> _Sums:
    sums = _Sums()
    for x, x_hat in batches:
        validate.finite(validate.shape(x, "x", ("n", "d_in")), "x")
        n, d_in = x.shape
        validate.finite(validate.shape(x_hat, "x_hat", ("n", "d_in"), n=n, d_in=d_in), "x_hat")
        sums.add(x, x_hat)
    return sums if sums.n else _refuse_nothing()


def _checked(latents: Tensor) -> Tensor:
    return validate.finite(validate.shape(latents, "latents", ("...", "n", "latent")), "latents")


def _refuse_nothing() -> NoReturn:
    validate.refuse(
        "batches",
        got="no batch at all",
        expected="activations",
        fix="An iterator can be used once: make it anew for every autoencoder.",
    )
