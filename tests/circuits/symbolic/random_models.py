"""Models with random weights, on which readings are compared with slow independent versions."""

from mechnotes.circuits.attention_only.weights import Weights
from mechnotes.circuits.symbolic import training
from mechnotes.circuits.symbolic.config import SymbolicConfig


def random_models(*, n_layers: int = 1, n_heads: int = 2, n_seeds: int = 3) -> Weights:
    """Weights large enough for attention to be far from uniform, in double precision."""
    config = SymbolicConfig(
        n_layers=n_layers,
        n_heads=n_heads,
        d_model=12,
        d_head=5,
        initial_scale=3.0,
        n_seeds=n_seeds,
        seed=7,
    )
    return training.initial_weights(config).each(lambda W: W.double())
