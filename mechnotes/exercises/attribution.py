"""E20: foretell a patch from a gradient."""

from collections.abc import Callable

import torch
from torch import Tensor

from mechnotes.exercises.exercise import Exercise, Misconception
from mechnotes.exercises.named import Named
from mechnotes.exercises.trial import Trial
from mechnotes.exercises.verdict import Equality
from mechnotes.patching import attribution


def _metrics(generator: torch.Generator) -> tuple[Trial, ...]:
    """A linear metric, a probability, and one that reads two axes."""
    weights = torch.randn(4, generator=generator).round(decimals=2)
    drawn = (
        ("a linear metric", lambda x: x @ weights, (3, 4)),
        ("the probability of word 0", lambda x: x.softmax(-1)[:, 0], (3, 4)),
        ("a curved metric of two positions", lambda x: (x @ weights).exp().sum(1), (2, 2, 4)),
    )
    trials = []
    for name, function, size in drawn:
        base, source = torch.randn(2, *size, generator=generator).round(decimals=2)
        given = {
            "metric": Named(name=name, function=function),
            "base": base,
            "source": source,
        }
        trials.append(Trial(given=given, n_positional=3))
    return tuple(trials)


def _slope(metric: Callable[[Tensor], Tensor], at: Tensor) -> Tensor:
    start = at.detach().clone().requires_grad_()
    (slope,) = torch.autograd.grad(metric(start).sum(), start)
    return slope


def _summed(product: Tensor) -> Tensor:
    return product.flatten(1).sum(1)


estimate = Exercise(
    id="E20",
    title="What does one gradient say about a patch?",
    task="""\
Foretell to first order what a patch does to a metric.

`estimate(metric, base, source)`

- `metric`: takes activations `[batch ...]` and returns `[batch]`, one number for each example;
- `base`: `[batch ...]`, activations of the run that would be patched;
- `source`: `[batch ...]`, the activations that would be put in.

Return `[batch]`: by how much the metric would rise, judged by its gradient at the base run. On a
linear metric this is exact; on others it is off, and that is how it should be.""",
    reference=attribution.estimate,
    verdict=Equality(),
    inputs=_metrics,
    misconceptions=(
        Misconception(
            mistake="the step goes from the source to the base",
            wrong=lambda metric, base, source: _summed((base - source) * _slope(metric, base)),
            hint="The patched run begins at the base and ends at the source. Which is subtracted?",
        ),
        Misconception(
            mistake="the gradient is taken in the run that the patch comes from",
            wrong=lambda metric, base, source: _summed((source - base) * _slope(metric, source)),
            hint="The slope has to be that of the run which is changed.",
        ),
        Misconception(
            mistake="the gradient is used without the step",
            wrong=lambda metric, base, _source: _summed(_slope(metric, base)),
            hint="A steep slope does nothing if the activation hardly changes. "
            "Multiply by how far it moves.",
        ),
        Misconception(
            mistake="the exact patch is computed",
            wrong=lambda metric, base, source: metric(source) - metric(base),
            hint="That is the truth, and it costs a run for each patch. "
            "The estimate may not evaluate the metric at the source.",
        ),
        Misconception(
            mistake="the products are averaged instead of added up",
            wrong=lambda metric, base, source: (
                ((source - base) * _slope(metric, base)).flatten(1).mean(1)
            ),
            hint="Each entry of the activation contributes its own part to the change.",
        ),
        Misconception(
            mistake="the parts are made positive before they are added up",
            wrong=lambda metric, base, source: _summed(
                ((source - base) * _slope(metric, base)).abs()
            ),
            hint="Parts that work against each other should cancel, as they do in the model.",
        ),
    ),
    hints=(
        "`torch.autograd.grad(metric(x).sum(), x)` gives the gradient of every example at once.",
        "A copy of `base` has to ask for a gradient: `base.clone().requires_grad_()`.",
        "Sum over all axes but the first: `.flatten(1).sum(1)`.",
    ),
    starter='''def estimate(metric, base, source):
    """First-order change of the metric [batch]."""
    ...''',
    difficulty="medium",
    minutes=10,
    prerequisites=("patching", "logit difference"),
)
