"""E29: a dose-response curve, beside random directions of the same length."""

from collections.abc import Callable

import torch
from torch import Tensor

from mechnotes.exercises.exercise import Exercise, Misconception
from mechnotes.exercises.named import Named
from mechnotes.exercises.trial import Trial
from mechnotes.exercises.verdict import Equality
from mechnotes.sae.effects import doses as library

Respond = Callable[[Tensor], Tensor]


def _responses(generator: torch.Generator) -> tuple[Trial, ...]:
    """A planted word, the words of a small model, and something that any push would move."""
    width = 6
    planted = torch.randn(width, generator=generator).round(decimals=2)
    W_U = torch.randn(width, 9, generator=generator).round(decimals=2)
    start = torch.randn(width, generator=generator).round(decimals=2)
    drawn = (
        ("the probability of a planted word", lambda x: (x @ planted - 1).sigmoid(), planted / 3),
        ("the probability of words 0 and 1", lambda x: _words(start + x, W_U), W_U[:, 0] * 1.5),
        ("the length of the stream", lambda x: (start + x).norm(dim=-1), start * 0.4),
    )
    trials = []
    for name, function, direction in drawn:
        noise = torch.randn(3, width, generator=generator).round(decimals=2)
        noise *= torch.tensor([[1.0], [2.0], [5.0]])
        given = {
            "respond": Named(name=name, function=function),
            "direction": direction.round(decimals=2),
            "noise": noise,
            "doses": torch.tensor([0.0, 0.5, 1.0, 2.0, 4.0]),
        }
        trials.append(Trial(given=given, n_positional=3))
    return tuple(trials)


def _words(stream: Tensor, W_U: Tensor) -> Tensor:
    return (stream @ W_U).softmax(-1)[:, :2].sum(-1)


def _along(respond: Respond, rows: Tensor, doses: Tensor) -> Tensor:
    """What is measured at each dose of each row."""
    return torch.stack([respond(doses[:, None] * row) for row in rows])


def _as_drawn(respond: Respond, direction: Tensor, noise: Tensor, *, doses: Tensor) -> Tensor:
    return _along(respond, torch.cat((direction[None], noise)), doses)


def _length_one(respond: Respond, direction: Tensor, noise: Tensor, *, doses: Tensor) -> Tensor:
    units = noise / noise.norm(dim=1, keepdim=True)
    return _along(respond, torch.cat((direction[None], units)), doses)


def _together(respond: Respond, direction: Tensor, noise: Tensor, *, doses: Tensor) -> Tensor:
    scaled = noise / noise.norm() * direction.norm()
    return _along(respond, torch.cat((direction[None], scaled)), doses)


def _on_top(respond: Respond, direction: Tensor, noise: Tensor, *, doses: Tensor) -> Tensor:
    scaled = library.matched(noise, direction) + direction
    return _along(respond, torch.cat((direction[None], scaled)), doses)


def _all_units(respond: Respond, direction: Tensor, noise: Tensor, *, doses: Tensor) -> Tensor:
    rows = torch.cat((direction[None], noise))
    return _along(respond, rows / rows.norm(dim=1, keepdim=True), doses)


def _less_start(respond: Respond, direction: Tensor, noise: Tensor, *, doses: Tensor) -> Tensor:
    found = library.response(respond, direction, noise, doses=doses)
    return found - found[:, :1]


dose_response = Exercise(
    id="E29",
    title="Is it where you push, or only how hard?",
    task="""\
Measure a dose-response curve with its controls.

`dose_response(respond, direction, noise, *, doses)`

- `respond`: takes vectors `[n, d_in]`, adds each to the activations of a model, and returns `[n]`,
  what was measured in each run;
- `direction`: `[d_in]`, what a dose of 1 adds;
- `noise`: `[controls, d_in]`, vectors drawn at random, of all lengths;
- `doses`: `[doses]`, how many times the direction is added.

Return `[1 + controls, doses]`: in the first row what is measured along the direction, then a row
for each control: where that noise points, at the direction's length and the same doses.""",
    reference=library.response,
    verdict=Equality(),
    inputs=_responses,
    misconceptions=(
        Misconception(
            mistake="the noise is used at the length it was drawn with",
            wrong=_as_drawn,
            hint="A longer push does more, wherever it points. Each control needs the direction's "
            "own length.",
        ),
        Misconception(
            mistake="the controls are given length 1",
            wrong=_length_one,
            hint="The direction is longer or shorter than 1. What has to be equal for the two to "
            "be comparable?",
        ),
        Misconception(
            mistake="the controls share one length between them",
            wrong=_together,
            hint="The norm of the whole matrix is not the norm of a row. Mind `dim` and `keepdim`.",
        ),
        Misconception(
            mistake="the noise is added on top of the direction",
            wrong=_on_top,
            hint="Then the direction does its work in the controls too. A control takes its place.",
        ),
        Misconception(
            mistake="the direction itself is scaled to length 1",
            wrong=_all_units,
            hint="Its length is the unit of the dose: a dose of 1 adds `direction` as it is.",
        ),
        Misconception(
            mistake="the unsteered run is subtracted",
            wrong=_less_start,
            hint="Return what was measured. Dose 0 shows where each curve begins.",
        ),
    ),
    hints=(
        "`noise.norm(dim=1, keepdim=True)` is the length of each row.",
        "Put direction and controls into one matrix and treat all rows alike.",
        "For a row: `respond(doses[:, None] * row)`.",
    ),
    starter='''def dose_response(respond, direction, noise, *, doses):
    """What is measured [1 + controls, doses]."""
    ...''',
    difficulty="easy",
    minutes=10,
    prerequisites=("latent", "intervention", "control"),
)
