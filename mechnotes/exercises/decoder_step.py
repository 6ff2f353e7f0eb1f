"""E23: one step of training for a decoder whose rows keep length 1."""

import torch
from torch import Tensor

from mechnotes.exercises.exercise import Exercise, Misconception
from mechnotes.exercises.trial import Trial
from mechnotes.exercises.verdict import Equality
from mechnotes.sae import reference


def _autoencoders(generator: torch.Generator) -> tuple[Trial, ...]:
    """Small autoencoders far from trained, so that a step goes far."""
    trials = []
    for n, d_in, d_sae, rate in ((12, 4, 6, 0.3), (30, 5, 3, 0.8), (7, 3, 8, 0.5)):
        W_dec = _unit(torch.randn(d_sae, d_in, generator=generator))
        given = {
            "x": torch.randn(n, d_in, generator=generator) * 2 + 1,
            "W_enc": W_dec.mT + 0.3 * torch.randn(d_in, d_sae, generator=generator),
            "b_enc": 0.3 * torch.randn(d_sae, generator=generator),
            "W_dec": W_dec,
            "b_dec": torch.randn(d_in, generator=generator),
        }
        trials.append(Trial(given={**given, "learning_rate": rate}, n_positional=5))
    return tuple(trials)


def _unit(W: Tensor) -> Tensor:
    return W / W.norm(dim=1, keepdim=True)


def _parts(x: Tensor, W_enc: Tensor, b_enc: Tensor, W_dec: Tensor, b_dec: Tensor) -> Tensor:
    """Gradient of the mean squared error by the decoder."""
    latents = ((x - b_dec) @ W_enc + b_enc).relu()
    return 2 * latents.mT @ (latents @ W_dec + b_dec - x) / len(x)


def _across(gradient: Tensor, W_dec: Tensor) -> Tensor:
    return gradient - (gradient * W_dec).sum(1, keepdim=True) * W_dec


def _only_scaled(*given: Tensor, learning_rate: float) -> Tensor:
    return _unit(given[3] - learning_rate * _parts(*given))


def _not_scaled(*given: Tensor, learning_rate: float) -> Tensor:
    return given[3] - learning_rate * _across(_parts(*given), given[3])


def _uphill(*given: Tensor, learning_rate: float) -> Tensor:
    return _unit(given[3] + learning_rate * _across(_parts(*given), given[3]))


def _summed(*given: Tensor, learning_rate: float) -> Tensor:
    step = learning_rate * len(given[0]) * _parts(*given)
    return _unit(given[3] - _across(step, given[3]))


def _off_centre(
    x: Tensor, W_enc: Tensor, b_enc: Tensor, W_dec: Tensor, b_dec: Tensor, *, learning_rate: float
) -> Tensor:
    latents = (x @ W_enc + b_enc).relu()
    gradient = 2 * latents.mT @ (latents @ W_dec + b_dec - x) / len(x)
    return _unit(W_dec - learning_rate * _across(gradient, W_dec))


def _columns(*given: Tensor, learning_rate: float) -> Tensor:
    stepped = _not_scaled(*given, learning_rate=learning_rate)
    return stepped / stepped.norm(dim=0, keepdim=True)


decoder_step = Exercise(
    id="E23",
    title="One step for a decoder with rows of length 1",
    task="""\
Take one step of gradient descent on the decoder of an autoencoder with a ReLU, and keep its rows at
length 1.

`decoder_step(x, W_enc, b_enc, W_dec, b_dec, *, learning_rate)`

- `x`: `[batch d_in]`, activations;
- `W_enc`: `[d_in d_sae]` and `b_enc`: `[d_sae]`; latents are ReLU((x − b_dec) W_enc + b_enc);
- `W_dec`: `[d_sae d_in]`, rows of length 1, and `b_dec`: `[d_in]`; the reconstruction is
  latents W_dec + b_dec;
- `learning_rate`: step size.

The loss is the squared error, summed over dimensions and averaged over the batch. Take its gradient
by `W_dec`. Remove from each row of the gradient the part that lies along the same row of `W_dec`.
Step, then bring each row back to length 1.

Return the new `W_dec`.""",
    reference=reference.decoder_step,
    verdict=Equality(rtol=1e-3, atol=1e-4),
    inputs=_autoencoders,
    misconceptions=(
        Misconception(
            mistake="rows are brought back to length 1, but the gradient keeps its part along them",
            wrong=_only_scaled,
            hint="That part changes the length, which you undo afterwards, and so how far the row "
            "turns. Subtract it first.",
        ),
        Misconception(
            mistake="the part along the rows is removed, but rows are not brought back to length 1",
            wrong=_not_scaled,
            hint="A step at a right angle to a row still makes it longer. How long are yours?",
        ),
        Misconception(
            mistake="the step goes up the loss",
            wrong=_uphill,
            hint="A gradient points to where the loss grows.",
        ),
        Misconception(
            mistake="the loss is summed over the batch",
            wrong=_summed,
            hint="Then the step grows with the batch. Average over activations.",
        ),
        Misconception(
            mistake="the encoder reads activations without the decoder's bias subtracted",
            wrong=_off_centre,
            hint="Latents say what has to be added to `b_dec`. What is left of x then?",
        ),
        Misconception(
            mistake="columns of the decoder are brought to length 1",
            wrong=_columns,
            hint="A latent's direction is a row of `W_dec`.",
        ),
    ),
    hints=(
        "By hand, or with `torch.autograd.grad` on a copy of `W_dec` that requires a gradient.",
        "For rows of length 1, the part of g along w is (g · w) w.",
        "`norm(dim=1, keepdim=True)` gives the length of each row.",
    ),
    starter='''def decoder_step(x, W_enc, b_enc, W_dec, b_dec, *, learning_rate):
    """The decoder after one step [d_sae d_in]."""
    ...''',
    difficulty="medium",
    minutes=20,
    prerequisites=("latent", "sparse autoencoder"),
)
