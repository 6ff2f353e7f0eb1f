"""Do the metrics give what their definitions say? On logits with answers worked out by hand."""

import math

import torch

from mechnotes import metrics
from mechnotes.claims import Band, Measured, claim

LOGITS = torch.tensor([[8.0, 1.0, 1.0], [1.0, 2.0, 1.0], [2.0, 2.0, 6.0]]).log()
"""Three prompts, three words: probabilities .8 .1 .1, then .25 .5 .25, then .2 .2 .6."""
BY_HAND = {
    "logit_diff": (math.log(8), -math.log(2), 0.0),
    "log_prob": (math.log(0.8), math.log(0.25), math.log(0.2)),
    "probability": (0.8, 0.25, 0.2),
    "accuracy": (1.0, 0.0, 0.0),
    "divergence": (
        sum(math.log(1 / (3 * p)) / 3 for p in (0.8, 0.1, 0.1)),
        sum(math.log(1 / (3 * p)) / 3 for p in (0.25, 0.5, 0.25)),
        sum(math.log(1 / (3 * p)) / 3 for p in (0.2, 0.2, 0.6)),
    ),
}
"""The answer is the first word, the wrong one the second; the clean run is undecided."""


@claim(
    id="N-IOI-2",
    statement="Five metrics give what their definitions say, and ignore a constant on all logits",
    published="logit difference: logit of the indirect object less that of the subject",
    source="Wang et al. 2022, arXiv:2211.00593, section 3",
    band=Band(low=0, high=1e-5, unit="largest error"),
    control_band=Band(low=0.5, high=10, unit="largest error"),
    recorded="reproduced",
)
def error_of_metrics() -> Measured:
    """Worst of five metrics, with and without 50 on all logits. Control: answers exchanged."""
    right = max(_error(LOGITS + shift, answer=0) for shift in (0, 50))
    return Measured(value=right, control=_error(LOGITS, answer=1))


def _error(logits: torch.Tensor, *, answer: int) -> float:
    """Largest difference from the numbers worked out by hand."""
    answers = torch.full((len(logits),), answer)
    clean = torch.zeros_like(logits)
    target = metrics.Target(answers=answers, wrong=1 - answers, clean=clean)
    errors = [
        getattr(metrics, name)(logits, target) - torch.tensor(expected)
        for name, expected in BY_HAND.items()
    ]
    return torch.stack(errors).abs().max().item()
