"""How does an encoder keep latents few? Two ways besides a ReLU with a penalty.

Both take what the encoder reads, `[.. d_sae]`, and set most of it to zero.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes import validate


def topk(pre: Float[Tensor, "*batch d_sae"], k: int) -> Float[Tensor, "*batch d_sae"]:
    """Keep the k largest of each row, and of these the positive ones.

    Args:
        pre: What the encoder reads.
        k: How many to keep.

    Returns:
        The same values, or 0; the gradient reaches what was kept and nothing else.

    Raises:
        ValueError: If k is not a count from 1 to d_sae.

    Source:
        Gao et al. 2024, arXiv:2406.04093; as in sae_lens, a negative value is never kept.
    """
    validate.integer(k, "k", minimum=1, maximum=pre.shape[-1])
    best = pre.topk(k, dim=-1)
    return torch.zeros_like(pre).scatter(-1, best.indices, best.values.relu())


def jumprelu(
    pre: Float[Tensor, "*batch d_sae"],
    threshold: Float[Tensor, " d_sae"],
    *,
    bandwidth: float | int = 0.1,
) -> Float[Tensor, "*batch d_sae"]:
    """Keep what exceeds its threshold, as it is.

    The true derivative by a threshold is 0, or infinite where a value meets it. In its place stands
    the mean over a window: -threshold / bandwidth for values within half a bandwidth.

    Args:
        pre: What the encoder reads.
        threshold: For each latent, at least 0.
        bandwidth: Width of the window.

    Raises:
        ValueError: If the bandwidth is not above 0.

    Source:
        Rajamanoharan et al. 2024, Jumping Ahead (JumpReLU SAEs), as sae_lens writes it.
    """
    nudge = _nudge(pre, threshold, bandwidth)
    return pre * (pre > threshold) + threshold.detach() * nudge


def active(
    pre: Float[Tensor, "*batch d_sae"],
    threshold: Float[Tensor, " d_sae"],
    *,
    bandwidth: float | int = 0.1,
) -> Float[Tensor, "*batch d_sae"]:
    """1 for what exceeds its threshold, else 0, with the same kind of gradient for thresholds.

    Raises:
        ValueError: If the bandwidth is not above 0.
    """
    return (pre > threshold) + _nudge(pre, threshold, bandwidth)


def _nudge(pre: Tensor, threshold: Tensor, bandwidth: float | int) -> Tensor:
    """Zero, whose derivative by the threshold is -1 / bandwidth within the window."""
    validate.number(bandwidth, "bandwidth", low=0.0, low_open=True)
    near = (pre - threshold).detach().abs() < bandwidth / 2
    return near / bandwidth * (threshold.detach() - threshold)
