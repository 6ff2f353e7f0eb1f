"""Can one write down weights that add modulo p, and know exactly what is in them?

Each number is put on a circle for every frequency k, at the angle wa with w = 2πk/p. Attention that
looks everywhere alike adds the two points. The sum lies at half the angle of a + b, and its length
is 2|cos(w(a−b)/2)|. ReLU neurons that look at the circle from all sides double the angle:

    Σⱼ ReLU(r cos(θ − φⱼ)) cos(2φⱼ − α)  =  r n/(3π) cos(2θ − α)      for n phases φⱼ = 2πj/n,

up to overtones that fade as 1/n². So the logit of c is Σ_k 2|cos(w(a−b)/2)| cos(w(a+b−c)), times a
gain: the largest where c is the sum, and with frequencies known because they were chosen.

This is one way to do it. What a trained network does is measured, not assumed: see `waves`.
"""

import math
from collections.abc import Mapping

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes import validate
from mechnotes.grokking import fourier, pairs
from mechnotes.grokking.weights import Weights


def network(
    p: int,
    frequencies: tuple[int, ...],
    *,
    n_phases: int = 32,
    gain: float | int = 10.0,
) -> Weights:
    """Weights that add modulo p with the given frequencies and nothing else.

    Args:
        p: The modulus, odd.
        frequencies: Numbers from 1 to (p−1)/2, at least one.
        n_phases: Neurons for each frequency, at least 5; with few of them overtones remain.
        gain: Factor on cos(w(a+b−c)) in the logits, above 0, before 2|cos(w(a−b)/2)| weighs it.

    Raises:
        ValueError: If p is no odd modulus, a frequency is none, or a number is out of range.
    """
    rows = fourier.rows(frequencies, p).float()
    validate.integer(len(frequencies), "number of frequencies", minimum=1)
    validate.integer(n_phases, "n_phases", minimum=5)
    validate.number(gain, "gain", low=0.0, low_open=True)
    waves = math.sqrt(p / 2) * rows  # a cosine and a sine that run from −1 to 1
    width = len(waves)
    W_E = torch.zeros(p + 1, 2 * width)
    W_E[:p, :width] = waves.T
    into, out_of = _neurons(len(frequencies), n_phases)
    head = torch.eye(2 * width, width)
    return Weights(
        W_E=W_E,
        W_pos=torch.zeros(3, 2 * width),
        W_Q=torch.zeros(1, 2 * width, width),
        W_K=torch.zeros(1, 2 * width, width),
        W_V=head[None],
        W_O=3 * head.T[None],  # attention is 1/3 everywhere, and "=" brings nothing
        W_in=torch.cat([into.T, torch.zeros_like(into.T)]),
        b_in=torch.zeros(len(into)),
        # What is added up lies in the first half; the answer is written into the second.
        W_out=torch.cat([torch.zeros_like(out_of), gain * 3 * math.pi / n_phases * out_of], dim=1),
        b_out=torch.zeros(2 * width),
        W_U=torch.cat([torch.zeros_like(waves), waves]),
    )


def _neurons(
    n_frequencies: int, n_phases: int
) -> tuple[Float[Tensor, "d_mlp width"], Float[Tensor, "d_mlp width"]]:
    """What each neuron reads, a direction on its circle, and writes, twice the angle."""
    phases = 2 * math.pi * torch.arange(n_phases) / n_phases
    read = torch.stack([phases.cos(), phases.sin()], dim=1)
    written = torch.stack([(2 * phases).cos(), (2 * phases).sin()], dim=1)
    return tuple(torch.block_diag(*[one] * n_frequencies) for one in (read, written))


def logits(p: int, amplitudes: Mapping[int, float | int]) -> Float[Tensor, "pair p"]:
    """Logits Σ_k α_k cos(w_k(a+b−c)) for all p² pairs: what an ideal network would answer.

    Args:
        p: The modulus, odd.
        amplitudes: α_k for each frequency k.

    Raises:
        ValueError: If p is no odd modulus, a key is no frequency, or an amplitude no number.
    """
    if not isinstance(amplitudes, Mapping):
        validate.refuse(
            "amplitudes",
            got=repr(amplitudes),
            expected="a number for each frequency",
            fix="Write {3: 10.0, 8: 5.0}.",
        )
    frequencies = fourier.checked_frequencies(tuple(amplitudes), p)
    offset = torch.arange(p)
    profile = torch.zeros(p)
    for k in frequencies:
        size = validate.number(amplitudes[k], "amplitude")
        profile += size * (2 * math.pi * k * offset / p).cos()
    return profile[(pairs.every(p).sums[:, None] - offset) % p]
