"""How well does a model know the storybook's language?

Two measures. `divergences` compares every next-word distribution with the true one: 0 would be a
perfect reader. `tasks` and `giving_scores` ask for the word that decides each kind of sentence, on
fresh text, and give beside each accuracy that of a baseline (see `judging`).

A model here is any function from tokens to logits, so a transformers model, a bridge, and an
ablated model are measured alike.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from mechnotes import prompts, rng, validate
from mechnotes.storybook import (
    agreement,
    comparison,
    corpus,
    feelings,
    giving,
    grammar,
    judging,
    nesting,
    repeats,
    truth,
)
from mechnotes.storybook.corpus import Passages
from mechnotes.storybook.judging import Judged
from mechnotes.storybook.templates import Template

Model = Callable[[Int[Tensor, "batch pos"]], Float[Tensor, "batch pos d_vocab"]]
"""From tokens to logits."""
Judge = Callable[[Passages, Float[Tensor, "batch pos d_vocab"]], Judged]


@dataclass(frozen=True, kw_only=True, slots=True)
class Score:
    """How often a model is right in one task."""

    task: str
    """What is asked for."""
    part: str = "all"
    """Which sentences of the task."""
    n: int
    """Number of questions."""
    accuracy: float
    """Share of right answers, from 0 to 1."""
    baseline: float
    """Share of right answers of the baseline, from 0 to 1."""
    logit_diff: float = math.nan
    """Logit of the answer less that of the wrong one, mean in nats; NaN where none is defined."""


@torch.no_grad()
def divergences(model: Model, *, n_rows: int = 200, seed: int = 1000) -> dict[str, float]:
    """Mean divergence of the model's next-word distributions from the true ones, by kind.

    Args:
        model: Tokens to logits.
        n_rows: Passages of 64 tokens to read.
        seed: Seed of the passages; training uses none of these streams.

    Returns:
        For each kind of sentence KL(true || model) in nats per token, averaged over the tokens that
        are to be foretold; 0 is a perfect reader.

    Source:
        Kullback and Leibler 1951, with the true distribution from `truth`.
    """
    text = corpus.passages(n_rows, generator=rng.generator(validate.seed(seed), "evaluation"))
    true = true_distributions(text)
    log_p = model(text.tokens).log_softmax(-1).cpu()
    entropy = torch.special.entr(true).sum(-1)
    divergence = (-(true * log_p).sum(-1) - entropy)[:, :-1]
    kinds = text.kind[:, 1:]
    return {k: divergence[kinds == i].mean().item() for i, k in enumerate(corpus.KINDS)}


def true_distributions(text: Passages) -> Float[Tensor, "batch pos d_vocab"]:
    """True next-word distribution after each token of passages that the grammar has drawn."""
    vocabulary = grammar.vocabulary()
    rows = [[vocabulary[token] for token in row] for row in text.tokens.tolist()]
    return torch.stack([truth.distributions(row) for row in rows])


BARS = {
    "copying": 0.95,
    "feeling": 0.95,
    "reaction": 0.95,
    "whose": 0.95,
    "agreement": 0.98,
    "closing": 0.95,
    "comparing": 0.95,
}
"""Accuracy to be reached in each task; set before any model was trained."""
DIVERGENCE = 0.05
"""Divergence to stay below for every kind of sentence, in nats per token; set before training."""
QUESTIONS: dict[str, tuple[tuple[Template, ...], Judge]] = {
    "copying": (repeats.TEMPLATES, judging.copying),
    "feeling": (feelings.TEMPLATES, judging.feeling),
    "reaction": (feelings.TEMPLATES, judging.reaction),
    "whose": (feelings.OF_TWO, judging.whose),
    "agreement": (agreement.TEMPLATES, judging.verb),
    "closing": (nesting.TEMPLATES, judging.closing),
    "comparing": (comparison.TEMPLATES, judging.comparing),
}
"""For each task the sentences that ask it, and who judges the answers."""


@torch.no_grad()
def tasks(model: Model, *, n_rows: int = 100, seed: int = 2000) -> tuple[Score, ...]:
    """Accuracy in each task beside that of its baseline, on fresh passages.

    Args:
        model: Tokens to logits.
        n_rows: Passages of 64 tokens for each task.
        seed: Seed of the passages; training uses none of these streams.
    """
    scores = []
    for task, (templates, judge) in QUESTIONS.items():
        generator = rng.generator(validate.seed(seed), "tasks", task)
        text = corpus.passages(n_rows, generator=generator, templates=templates)
        judged = judge(text, model(text.tokens).cpu())
        right, baseline = (answers.float().mean().item() for answers in judged)
        scores.append(Score(task=task, n=len(judged.right), accuracy=right, baseline=baseline))
    return tuple(scores)


@torch.no_grad()
def giving_scores(model: Model, *, n_pairs: int = 100, seed: int = 3000) -> tuple[Score, ...]:
    """Indirect objects: every template with both orders, then pairs of names new to the model.

    The baseline names the giver's partner by order alone: it says the first name.

    Args:
        model: Tokens to logits.
        n_pairs: Sentences of each template and order.
        seed: Seed of the sentences.
    """
    scores = []
    for template, text in enumerate(giving.LINES):
        for order in prompts.ORDERS:
            pairs = prompts.ioi(n_pairs=n_pairs, seed=seed, template=template, order=order)
            start = text.split()[0].replace("{first}", "A and B left")
            scores.append(_of_pairs(model, pairs, f"{start} ..., {order}"))
    for order in prompts.ORDERS:
        new = prompts.ioi(n_pairs=n_pairs, seed=seed, order=order, held_out=True)
        scores.append(_of_pairs(model, new, f"new pairs, {order}"))
    return tuple(scores)


def _of_pairs(model: Model, pairs: prompts.Pairs, part: str) -> Score:
    logits = model(pairs.clean)[:, -1].cpu()
    answer, wrong = (logits.gather(1, t[:, None])[:, 0] for t in (pairs.answers, pairs.wrong))
    first_name = pairs.clean.gather(1, pairs.positions["first"][:, None])[:, 0]
    return Score(
        task="giving",
        part=part,
        n=len(answer),
        accuracy=(logits.argmax(-1) == pairs.answers).float().mean().item(),
        baseline=(first_name == pairs.answers).float().mean().item(),
        logit_diff=(answer - wrong).mean().item(),
    )
