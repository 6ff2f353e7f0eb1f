"""What is a sparse autoencoder? All of it, to read.

`ReferenceSAE` is a few lines for each of three architectures. On equal weights it gives what
sae_lens gives: latents, reconstruction, loss and gradients. It needs no other library, so pages use
it where many autoencoders are measured; training and files are `training` and `library`.

The loss is a mean over activations of the squared error, summed over dimensions, plus a penalty.
sae_lens's TopK adds an auxiliary loss for latents that have died; here none ever has.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes import validate
from mechnotes.sae.config import ARCHITECTURES, Architecture, SAEConfig, check_named
from mechnotes.sae.encoders import active, jumprelu, topk


@dataclass(frozen=True, kw_only=True, eq=False)
class ReferenceSAE:
    """A sparse autoencoder: x is rewritten as `b_dec` plus a few rows of `W_dec`."""

    W_enc: Float[Tensor, "d_in d_sae"]
    """Encoder: a column for each latent."""
    b_enc: Float[Tensor, " d_sae"]
    """Added to what the encoder reads."""
    W_dec: Float[Tensor, "d_sae d_in"]
    """Decoder: a row for each latent, the direction that it adds; of length 1 for "topk"."""
    b_dec: Float[Tensor, " d_in"]
    """Where all latents are zero, this is the reconstruction."""
    architecture: Architecture = "standard"
    """How latents are kept few."""
    k: int = 1
    """Latents that may be active at once; for "topk" only."""
    threshold: Float[Tensor, " d_sae"] | None = None
    """Value that a latent has to exceed; for "jumprelu" only."""
    bandwidth: float | int = 0.1
    """Width of the window in which a threshold gets a gradient; for "jumprelu" only."""

    def __post_init__(self) -> None:
        _check(self)

    def encode(self, x: Float[Tensor, "*batch d_in"]) -> Float[Tensor, "*batch d_sae"]:
        """Latents of activations, at least 0."""
        pre = self.read(x)
        if self.architecture == "topk":
            return topk(pre, self.k)
        if self.threshold is not None:
            return jumprelu(pre, self.threshold, bandwidth=self.bandwidth)
        return pre.relu()

    def decode(self, latents: Float[Tensor, "*batch d_sae"]) -> Float[Tensor, "*batch d_in"]:
        """Activations from latents."""
        return latents @ self.W_dec + self.b_dec

    def loss(
        self, x: Float[Tensor, "batch d_in"], *, coefficient: float | int = 0.0
    ) -> Float[Tensor, ""]:
        """What training makes small.

        Args:
            x: Activations.
            coefficient: Weight of the penalty: of the summed values (L1) for "standard", of their
                number (L0) for "jumprelu"; "topk" has none.

        Raises:
            ValueError: If the coefficient is negative.
        """
        validate.number(coefficient, "coefficient", low=0.0)
        latents = self.encode(x)
        error = (self.decode(latents) - x).square().sum(-1)
        penalty = torch.zeros_like(error)
        if self.architecture == "standard":
            penalty = (latents * self.W_dec.norm(dim=1)).sum(-1)
        elif self.threshold is not None:
            penalty = active(self.read(x), self.threshold, bandwidth=self.bandwidth).sum(-1)
        return (error + coefficient * penalty).mean()

    def read(self, x: Float[Tensor, "*batch d_in"]) -> Float[Tensor, "*batch d_sae"]:
        """What the encoder reads, before anything is set to zero."""
        return (x - self.b_dec) @ self.W_enc + self.b_enc


@torch.no_grad()
def decoder_step(
    x: Float[Tensor, "batch d_in"],
    W_enc: Float[Tensor, "d_in d_sae"],
    b_enc: Float[Tensor, " d_sae"],
    W_dec: Float[Tensor, "d_sae d_in"],
    b_dec: Float[Tensor, " d_in"],
    *,
    learning_rate: float | int,
) -> Float[Tensor, "d_sae d_in"]:
    """One step down the squared error for a decoder whose rows keep length 1.

    A penalty on values can be cheated: halve the latents, double the rows. So rows are held to
    length 1. Of the gradient the part along a row, which would only change its length, is removed
    before the step, and what is left of a change in length is scaled away after it. sae_lens does
    without: it multiplies each value by its row's length before it is punished.

    Args:
        x: Activations.
        W_enc: Encoder of a "standard" autoencoder.
        b_enc: Its bias.
        W_dec: Decoder with rows of length 1.
        b_dec: The decoder's bias.
        learning_rate: Step size.

    Returns:
        The new decoder, with rows of length 1.

    Raises:
        ValueError: If a shape does not fit.

    Source:
        Bricken et al. 2023, Towards Monosemanticity, on training sparse autoencoders; theirs is
        Adam, this is plain gradient descent.
    """
    sae = ReferenceSAE(W_enc=W_enc, b_enc=b_enc, W_dec=W_dec, b_dec=b_dec)
    latents = sae.encode(x)
    gradient = 2 * latents.mT @ (sae.decode(latents) - x) / len(x)
    gradient -= (gradient * W_dec).sum(1, keepdim=True) * W_dec
    stepped = W_dec - learning_rate * gradient
    return stepped / stepped.norm(dim=1, keepdim=True)


def assemble(weights: Mapping[str, Tensor], config: SAEConfig) -> ReferenceSAE:
    """An autoencoder from weights, as `library.assemble` makes one of sae_lens.

    Args:
        weights: `W_enc`, `b_enc`, `W_dec`, `b_dec` and, for "jumprelu", `threshold`.
        config: Its architecture, and k for "topk".

    Raises:
        ValueError: If a weight is missing or a shape does not fit.
    """
    names = [name for name in check_named(weights, config.architecture) if name != "threshold"]
    return ReferenceSAE(
        **{name: weights[name].float() for name in names},
        architecture=config.architecture,
        k=config.k,
        threshold=weights["threshold"].float() if "threshold" in weights else None,
        bandwidth=config.jumprelu_bandwidth,
    )


def _check(sae: ReferenceSAE) -> None:
    validate.choice(sae.architecture, "architecture", ARCHITECTURES)
    validate.shape(sae.W_enc, "W_enc", ("d_in", "d_sae"))
    d_in, d_sae = sae.W_enc.shape
    validate.shape(sae.W_dec, "W_dec", ("d_sae", "d_in"), d_in=d_in, d_sae=d_sae)
    validate.shape(sae.b_enc, "b_enc", ("d_sae",), d_sae=d_sae)
    validate.shape(sae.b_dec, "b_dec", ("d_in",), d_in=d_in)
    validate.integer(sae.k, "k", minimum=1)
    if sae.architecture == "topk":
        validate.integer(sae.k, "k", minimum=1, maximum=d_sae)
    validate.number(sae.bandwidth, "bandwidth", low=0.0, low_open=True)
    if (sae.threshold is not None) != (sae.architecture == "jumprelu"):
        validate.refuse(
            "threshold",
            got="none" if sae.threshold is None else f"one for {sae.architecture!r}",
            expected='thresholds for "jumprelu" and for nothing else',
            fix='Pass threshold= together with architecture="jumprelu".',
        )
