"""Models with random weights, on which readings are compared with slow independent versions."""

import torch

from mechnotes import rng
from mechnotes.circuits.attention_only.weights import Weights, initial

D_VOCAB, N_CTX = 7, 6
SIZES = {"d_vocab": D_VOCAB, "pos": N_CTX, "layer": 2, "head": 2, "d_model": 12, "d_head": 5}


def random_models(*, n_seeds: int = 3, **sizes: int) -> Weights:
    """Weights large enough for attention to be far from uniform, in double precision."""
    drawn = initial({**SIZES, **sizes}, n_seeds=n_seeds, deviation=1.5 / 12**0.5, seed=7)
    return drawn.each(lambda W: W.double())


def texts(n_texts: int = 9, n_pos: int = N_CTX) -> torch.Tensor:
    """Random texts of equal length."""
    generator = rng.generator(0, "texts")
    return torch.randint(D_VOCAB, (n_texts, n_pos), generator=generator)
