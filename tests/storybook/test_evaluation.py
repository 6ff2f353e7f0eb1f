"""What the package's models know, measured anew: every bar, for every seed."""

from collections.abc import Callable

import pytest
import torch

from mechnotes import rng
from mechnotes.storybook import corpus, evaluation, folder, grammar, judging, sampling, truth
from mechnotes.storybook.corpus import Passages
from tests.storybook.conftest import SEEDS


def perfect(tokens: torch.Tensor) -> torch.Tensor:
    """A reader who knows the grammar."""
    vocabulary = grammar.vocabulary()
    rows = [[vocabulary[token] for token in row] for row in tokens.tolist()]
    return torch.stack([truth.distributions(row) for row in rows]).clamp_min(1e-9).log()


def ignorant(tokens: torch.Tensor) -> torch.Tensor:
    """A reader who gives every word the same chance, up to a fixed trifle."""
    size = len(grammar.vocabulary())
    trifle = 1e-3 * torch.rand(size, generator=torch.Generator().manual_seed(0))
    return trifle.expand(*tokens.shape, size)


def test_a_perfect_reader_diverges_nowhere_and_answers_everything():
    divergences = evaluation.divergences(perfect, n_rows=10)
    assert set(divergences) == set(corpus.KINDS)
    assert max(map(abs, divergences.values())) < 1e-4
    for score in evaluation.tasks(perfect, n_rows=10):
        assert score.accuracy == 1, score
        assert score.baseline < 0.95, score


def test_a_reader_who_knows_nothing_answers_as_chance_does():
    for score in evaluation.tasks(ignorant, n_rows=20):
        assert score.accuracy < 0.7, score
    assert min(evaluation.divergences(ignorant, n_rows=10).values()) > 2


# What each model did not learn, as measured when it was trained; nothing for the default.


@pytest.mark.parametrize("seed", SEEDS)
def test_every_model_reaches_every_bar(models: dict[int, sampling.Model], seed: int):
    scores = evaluation.tasks(models[seed])
    missed = {score.task for score in scores if score.accuracy < evaluation.BARS[score.task]}
    far = evaluation.divergences(models[seed])
    missed |= {kind for kind, divergence in far.items() if divergence > evaluation.DIVERGENCE}
    assert not missed, (scores, far)
    assert min(far.values()) > 0


@pytest.mark.parametrize("seed", SEEDS)
def test_the_models_name_the_receiver(models: dict[int, sampling.Model], seed: int):
    for score in evaluation.giving_scores(models[seed]):
        new = score.part.startswith("new pairs")
        assert score.accuracy >= (0.95 if new else 0.98), score
        assert score.logit_diff >= 3 or new, score


JUDGES: tuple[tuple[Callable, str], ...] = (
    (judging.copying, "copy"),
    (judging.verb, "number"),
    (judging.closing, "depth"),
)


@pytest.mark.parametrize(("judge", "label"), JUDGES, ids=lambda one: getattr(one, "__name__", one))
def test_judges_ask_only_where_their_label_applies(text: Passages, judge: Callable, label: str):
    judged = judge(text, perfect(text.tokens))
    assert 0 < len(judged.right) <= (text.labels[label] >= 0).sum()
    assert len(judged.right) == len(judged.baseline)


def test_a_wrong_answer_is_judged_wrong(text: Passages):
    logits = perfect(text.tokens)
    worst = -logits
    for judge in (
        judging.copying,
        judging.feeling,
        judging.reaction,
        judging.verb,
        judging.comparing,
    ):
        assert not judge(text, worst).right.any(), judge.__name__


def test_text_that_the_model_writes_is_of_the_language(models: dict[int, sampling.Model]):
    generator = rng.generator(0, "sample")
    whole = 0
    for _ in range(20):
        said = sampling.continuation(
            models[folder.DEFAULT], "", words=30, generator=generator
        ).split()
        reader = truth.Reader()
        try:
            for word in said:
                reader.read(word)
        except ValueError:
            continue
        whole += 1
    assert whole >= 10
