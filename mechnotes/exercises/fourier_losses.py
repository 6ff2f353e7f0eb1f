"""E11: restricted and excluded loss of a network that adds modulo p."""

import torch
from torch import Tensor

from mechnotes.exercises.exercise import Exercise, Misconception
from mechnotes.exercises.trial import Trial
from mechnotes.exercises.verdict import Equality
from mechnotes.grokking import by_hand, pairs, progress
from mechnotes.grokking.losses import cross_entropy

_P = 13


def _checkpoints(generator: torch.Generator) -> tuple[Trial, ...]:
    """Two keys, a memory of the training pairs, a taste for some answers, and a third wave.

    The third wave answers better than a key does, as may happen half-way through training.
    """
    trials = []
    for strength, taste in ((1.0, 0.5), (3.0, 1.5), (0.3, 0.0)):
        order = (1 + torch.randperm(_P // 2, generator=generator)).tolist()
        waves = {order[0]: 2.0 * strength, order[1]: 0.6 * strength, order[2]: 1.5}
        is_training = torch.rand(_P * _P, generator=generator) < 0.4
        logits = by_hand.logits(_P, waves)
        logits = logits + taste * torch.randn(_P, generator=generator)
        known = torch.nn.functional.one_hot(pairs.every(_P).sums, _P) * is_training[:, None]
        logits = logits + 2.0 * known + 0.3 * torch.randn(logits.shape, generator=generator)
        keys = tuple(sorted(order[:2]))
        given = {"logits": logits, "frequencies": keys, "is_training": is_training}
        trials.append(Trial(given=given))
    return tuple(trials)


def _sums() -> Tensor:
    return pairs.every(_P).sums


def _losses(kept: Tensor, left: Tensor, on: Tensor, off: Tensor) -> Tensor:
    """Loss of what is kept on some pairs, and of what is left on some pairs."""
    one = cross_entropy(kept[on], _sums()[on])
    return torch.stack([one, cross_entropy(left[off], _sums()[off])])


def _split(logits: Tensor, frequencies: tuple[int, ...]) -> tuple[Tensor, Tensor]:
    """Restricted and excluded logits of all pairs."""
    kept = progress.restricted_logits(logits, frequencies)[_sums()]
    return kept, progress.excluded_logits(logits, frequencies)


def _everywhere(logits: Tensor, frequencies: tuple[int, ...], is_training: Tensor) -> Tensor:
    every = torch.ones_like(is_training)
    return _losses(*_split(logits, frequencies), every, every)


def _on_test(logits: Tensor, frequencies: tuple[int, ...], is_training: Tensor) -> Tensor:
    every = torch.ones_like(is_training)
    return _losses(*_split(logits, frequencies), every, ~is_training)


def _without_mean(logits: Tensor, frequencies: tuple[int, ...], is_training: Tensor) -> Tensor:
    kept, left = _split(logits, frequencies)
    return _losses(kept - logits.mean(0), left, torch.ones_like(is_training), is_training)


def _fitted(logits: Tensor, frequencies: tuple[int, ...], is_training: Tensor) -> Tensor:
    """As many frequencies as there are keys, those that answer the test pairs best."""
    is_test = ~is_training

    def loss(k: int) -> float:
        kept, _ = _split(logits, (k,))
        return float(cross_entropy(kept[is_test], _sums()[is_test]))

    best = sorted(range(1, _P // 2 + 1), key=loss)[: len(frequencies)]
    every = torch.ones_like(is_training)
    return _losses(*_split(logits, tuple(best)), every, is_training)


def _complement(logits: Tensor, frequencies: tuple[int, ...], is_training: Tensor) -> Tensor:
    """Only functions of a + b are left: the memory, which is none, goes with the keys."""
    others = tuple(k for k in range(1, _P // 2 + 1) if k not in frequencies)
    kept, _ = _split(logits, frequencies)
    left, _ = _split(logits, others)
    return _losses(kept, left, torch.ones_like(is_training), is_training)


def _exchanged(logits: Tensor, frequencies: tuple[int, ...], is_training: Tensor) -> Tensor:
    right = progress.both_losses(logits, frequencies=frequencies, is_training=is_training)
    return right.flip(0)


progress_losses = Exercise(
    id="E11",
    title="Is the circuit there before the test loss shows it?",
    task="""\
The logits of all p² pairs are given, pair (a, b) in row a p + b, and the key frequencies of the
network at the *end* of training. Write w = 2πk/p.

`progress_losses(logits, *, frequencies, is_training)`

- `logits`: `[p² p]`;
- `frequencies`: the key frequencies, a tuple of whole numbers;
- `is_training`: `[p²]`, true for the pairs that were learnt from.

The *component* of the logits is their projection, answer by answer and over all p² pairs, onto the
directions cos(w(a+b)) and sin(w(a+b)) of the keys. Return `[2]`, in nats:

1. the restricted loss: keep the mean over pairs of each answer's logit and the component, nothing
   else; mean cross entropy over **all** pairs;
2. the excluded loss: the logits less the component; mean cross entropy over the **training**
   pairs.""",
    reference=progress.both_losses,
    verdict=Equality(rtol=1e-3, atol=1e-4),
    inputs=_checkpoints,
    misconceptions=(
        Misconception(
            mistake="the frequencies are those that answer the test pairs best",
            wrong=_fitted,
            hint="Then the test answers choose what they are tested on, and the measure can only "
            "look good. The keys are given: they come from the final weights.",
        ),
        Misconception(
            mistake="the excluded loss is taken on all pairs",
            wrong=_everywhere,
            hint="It asks whether memory could still answer what was learnt. "
            "Pairs that were never seen drown that.",
        ),
        Misconception(
            mistake="the excluded loss is taken on the test pairs",
            wrong=_on_test,
            hint="Without the circuit, test pairs fail in any case. "
            "On which pairs does memory help?",
        ),
        Misconception(
            mistake="the restricted logits lose the mean as well",
            wrong=_without_mean,
            hint="The mean over pairs is no wave, and the measure keeps it.",
        ),
        Misconception(
            mistake="the excluded logits keep the other waves of a + b and nothing else",
            wrong=_complement,
            hint="What is known by heart is no wave of a + b. "
            "Subtract the component and keep the rest.",
        ),
        Misconception(
            mistake="the two losses are exchanged",
            wrong=_exchanged,
            hint="The restricted loss comes first.",
        ),
    ),
    hints=(
        "Every direction depends on a + b only: averaging the logits over the p pairs that share a "
        "sum first changes no projection.",
        "In the basis of E10, the component keeps two rows for each key: Fᵀ F applied to those "
        "averages.",
        "`cross_entropy` in double precision; the targets are (a + b) mod p.",
    ),
    starter='''def progress_losses(logits, *, frequencies, is_training):
    """Restricted loss over all pairs and excluded loss over the training pairs [2]."""
    ...''',
    difficulty="medium",
    minutes=25,
    prerequisites=("Fourier basis", "restricted loss", "excluded loss"),
)
