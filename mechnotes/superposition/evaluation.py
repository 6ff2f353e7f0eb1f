"""How good are trained weights on data that none of them has seen?

All seeds of one density are measured on the same samples, so that their ranking reflects the
weights and not the luck of the draw. The samples come from a stream of their own, so stored weights
and their config are enough to recompute every loss on the site.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes import rng, validate
from mechnotes.superposition.config import ToyConfig, checked
from mechnotes.superposition.data import SAMPLERS
from mechnotes.superposition.model import ToyModel, weighted_loss

_CHUNK = 4096  # samples held in memory at once


def evaluation_loss(
    W: Float[Tensor, "densities seeds d_hidden features"],
    b: Float[Tensor, "densities seeds features"],
    config: ToyConfig,
    *,
    n_samples: int = 65_536,
) -> Float[Tensor, "densities seeds"]:
    """Loss of every run on fresh data, the same for all seeds of a density.

    Args:
        W: Trained weights.
        b: Trained biases.
        config: What they were trained on; gives data, importance and activations.
        n_samples: Samples for each density, rounded up to a multiple of 4096.

    Returns:
        Importance-weighted squared error, averaged over samples and features.

    Raises:
        ValueError: If the weights are not finite or their shape is not the config's.
    """
    n_densities, n_seeds = len(checked(config).densities), config.n_seeds
    axes = ("densities", "seeds", "d_hidden", "features")
    sizes = dict(zip(axes, (n_densities, n_seeds, config.d_hidden, config.n_features), strict=True))
    validate.shape(validate.finite(W, "W"), "W", axes, **sizes)
    sizes.pop("d_hidden")
    validate.shape(validate.finite(b, "b"), "b", ("densities", "seeds", "features"), **sizes)
    validate.integer(n_samples, "n_samples", minimum=1)
    model = ToyModel(
        W.flatten(0, 1),
        b.flatten(0, 1),
        activation=config.activation,
        hidden_activation=config.hidden_activation,
    )
    generator = rng.generator(config.seed, "evaluation", device=W.device.type)
    density, importance = config.density.to(W.device), config.importance.to(W.device)
    n_chunks = -(-n_samples // _CHUNK)
    total = torch.zeros(n_densities * n_seeds, device=W.device)
    for _ in range(n_chunks):
        x = SAMPLERS[config.sampler](_CHUNK, density=density, generator=generator)
        x = x.repeat_interleave(n_seeds, dim=1)  # [batch densities*seeds features]
        with torch.no_grad():
            total += weighted_loss(model(x), x, importance=importance)
    return (total / n_chunks).unflatten(0, (n_densities, n_seeds))
