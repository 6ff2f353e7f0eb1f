"""E24: the two encoders that keep latents few without a penalty on their size."""

import torch
from torch import Tensor

from mechnotes.exercises.exercise import Exercise, Misconception
from mechnotes.exercises.gradients import Differentiable
from mechnotes.exercises.trial import Trial
from mechnotes.sae import encoders


def _rows(generator: torch.Generator) -> tuple[Trial, ...]:
    """Usual rows, rows with fewer positive values than k, and k of all."""
    trials = []
    drawn = (((4, 9), 3, 0.0), ((5, 6), 4, -1.0), ((2, 3, 5), 2, 0.5), ((3, 4), 4, 0.0))
    for shape, k, shift in drawn:
        pre = torch.randn(shape, generator=generator) + shift
        trials.append(Trial(given={"pre": pre.requires_grad_(), "k": k}, n_positional=2))
    return tuple(trials)


def _gated(generator: torch.Generator) -> tuple[Trial, ...]:
    """Values on both sides of their thresholds, some of them within the window."""
    trials = []
    for n, d_sae, bandwidth in ((6, 5, 0.5), (40, 3, 0.2), (9, 8, 1.0)):
        threshold = 0.3 + torch.rand(d_sae, generator=generator)
        away = bandwidth * (2 * torch.rand(n, d_sae, generator=generator) - 1)
        far = torch.randn(n, d_sae, generator=generator) * (torch.arange(n)[:, None] % 3 == 0)
        given = {"pre": (threshold + away + far).requires_grad_()}
        given["threshold"] = threshold.requires_grad_()
        trials.append(Trial(given={**given, "bandwidth": bandwidth}, n_positional=2))
    return tuple(trials)


def _signed(pre: Tensor, k: int) -> Tensor:
    best = pre.topk(k, dim=-1)
    return torch.zeros_like(pre).scatter(-1, best.indices, best.values)


def _magnitudes(pre: Tensor, k: int) -> Tensor:
    where = pre.abs().topk(k, dim=-1).indices
    return torch.zeros_like(pre).scatter(-1, where, pre.gather(-1, where).relu())


def _whole_batch(pre: Tensor, k: int) -> Tensor:
    rows = pre.numel() // pre.shape[-1]
    return encoders.topk(pre.reshape(-1), k * rows).view(pre.shape)


def _straight_through(pre: Tensor, k: int) -> Tensor:
    return pre + (encoders.topk(pre, k) - pre).detach()


def _numbers(pre: Tensor, k: int) -> Tensor:
    return encoders.topk(pre, k).detach()


def _no_gradient(pre: Tensor, threshold: Tensor, *, bandwidth: float) -> Tensor:  # noqa: ARG001
    return pre * (pre > threshold)


def _subtracted(pre: Tensor, threshold: Tensor, *, bandwidth: float) -> Tensor:  # noqa: ARG001
    return (pre - threshold).relu()


def _ungated(pre: Tensor, threshold: Tensor, *, bandwidth: float) -> Tensor:  # noqa: ARG001
    return pre.relu()


def _of_a_step(pre: Tensor, threshold: Tensor, *, bandwidth: float) -> Tensor:
    near = (pre - threshold).abs() < bandwidth / 2
    return pre * (pre > threshold) + near / bandwidth * (threshold.detach() - threshold)


def _wide(pre: Tensor, threshold: Tensor, *, bandwidth: float) -> Tensor:
    return _windowed(pre, threshold, reach=bandwidth, bandwidth=bandwidth)


def _upwards(pre: Tensor, threshold: Tensor, *, bandwidth: float) -> Tensor:
    values = encoders.jumprelu(pre, threshold, bandwidth=bandwidth)
    gated = pre * (pre > threshold)
    return gated - (values - gated)


def _undivided(pre: Tensor, threshold: Tensor, *, bandwidth: float) -> Tensor:
    return _windowed(pre, threshold, reach=bandwidth / 2, bandwidth=1.0)


def _windowed(pre: Tensor, threshold: Tensor, *, reach: float, bandwidth: float) -> Tensor:
    near = (pre - threshold).abs() < reach
    held = threshold.detach()
    return pre * (pre > threshold) + held * near / bandwidth * (held - threshold)


topk = Exercise(
    id="E24",
    title="Keep the k largest",
    task="""\
Write the encoder's last step of a TopK autoencoder, so that it can be trained.

`topk(pre, k)`

- `pre`: `[.. d_sae]`, what the encoder reads, any axes in front; it requires a gradient;
- `k`: how many latents of each row may be active.

Return `[.. d_sae]`: the k largest values of each row where they stood, 0 elsewhere. A negative
value is never kept, so a row may have fewer than k. The gradient reaches what was kept and nothing
else.""",
    reference=encoders.topk,
    verdict=Differentiable(by=("pre",)),
    inputs=_rows,
    misconceptions=(
        Misconception(
            mistake="every positive value is kept",
            wrong=lambda pre, k: pre.relu(),  # noqa: ARG005
            hint="Then half of all latents are active at once, and nothing is sparse. "
            "Only k of each row may stay.",
        ),
        Misconception(
            mistake="negative values are kept if they are among the k largest",
            wrong=_signed,
            hint="A latent says how much of its direction is there. What is the least it can say?",
        ),
        Misconception(
            mistake="the k largest magnitudes are taken, and the negative ones then dropped",
            wrong=_magnitudes,
            hint="A large negative value takes a place here that a smaller positive one needs.",
        ),
        Misconception(
            mistake="the k largest are taken over the whole batch",
            wrong=_whole_batch,
            hint="That is another architecture, BatchTopK. Here each row has its own k.",
        ),
        Misconception(
            mistake="the gradient passes through to latents that were not kept",
            wrong=_straight_through,
            hint="A latent that was set to 0 did not touch the output, so nothing may reach it.",
        ),
        Misconception(
            mistake="the kept values are copied as numbers, without their gradient",
            wrong=_numbers,
            hint="An encoder behind this step would never learn. Stay with tensor operations.",
        ),
    ),
    hints=(
        "`pre.topk(k, dim=-1)` gives values and where they stand.",
        "`torch.zeros_like(pre).scatter(-1, where, values)` puts them back.",
    ),
    starter='''def topk(pre, k):
    """The k largest of each row [.. d_sae]."""
    ...''',
    difficulty="easy",
    minutes=10,
    prerequisites=("latent", "sparse autoencoder"),
)

jumprelu = Exercise(
    id="E24b",
    title="A threshold that can learn",
    task="""\
Write the JumpReLU: what exceeds its threshold stays as it is, the rest is 0. Its true derivative by
the threshold is 0 almost everywhere, so a stand-in is used: for values within half a `bandwidth` of
their threshold it is −threshold / bandwidth, else 0.

`jumprelu(pre, threshold, *, bandwidth)`

- `pre`: `[n d_sae]`, what the encoder reads; it requires a gradient;
- `threshold`: `[d_sae]`, above 0; it requires a gradient;
- `bandwidth`: width of the window.

Return `[n d_sae]`. The gradient with respect to `pre` is the usual one: 1 for what was kept.""",
    reference=encoders.jumprelu,
    verdict=Differentiable(by=("pre", "threshold")),
    inputs=_gated,
    misconceptions=(
        Misconception(
            mistake="the threshold is subtracted from what is kept",
            wrong=_subtracted,
            hint="That shrinks every value, which is what the jump is there to avoid.",
        ),
        Misconception(
            mistake="thresholds are ignored",
            wrong=_ungated,
            hint="A value between 0 and its threshold is set to 0 too.",
        ),
        Misconception(
            mistake="the threshold gets no gradient",
            wrong=_no_gradient,
            hint="A comparison has none. Add something that is 0 in value and not in derivative, "
            "or write the backward pass yourself.",
        ),
        Misconception(
            mistake="the stand-in is that of a step of height 1",
            wrong=_of_a_step,
            hint="At its threshold a value does not jump from 0 to 1, but from 0 to what?",
        ),
        Misconception(
            mistake="the window reaches a whole bandwidth to each side",
            wrong=_wide,
            hint="The bandwidth is the window's whole width.",
        ),
        Misconception(
            mistake="the gradient by the threshold has the wrong sign",
            wrong=_upwards,
            hint="Raise a threshold: do values near it appear or vanish?",
        ),
        Misconception(
            mistake="the stand-in is not divided by the bandwidth",
            wrong=_undivided,
            hint="It is a mean over the window: the wider, the weaker.",
        ),
    ),
    hints=(
        "For the values `pre * (pre > threshold)` is enough, and its gradient by `pre` is right.",
        "`threshold.detach() - threshold` is 0 and has the derivative −1.",
        "Multiply that by a constant: the threshold's value over the bandwidth, inside the window.",
    ),
    starter='''def jumprelu(pre, threshold, *, bandwidth):
    """What exceeds its threshold [n d_sae]."""
    ...''',
    difficulty="hard",
    minutes=25,
    prerequisites=("latent", "sparse autoencoder"),
)
