"""Causal scrubbing: what is exchanged, with whom, and what a story may not leave out."""

import pytest
import torch

from mechnotes import rng
from mechnotes.circuits import scrubbing
from mechnotes.circuits.attention_only import losses, model
from mechnotes.circuits.attention_only.weights import initial
from mechnotes.circuits.partners import partners
from mechnotes.circuits.scrubbing import READERS, Hypothesis

SIZES = {"d_vocab": 9, "pos": 7, "layer": 2, "head": 2, "d_model": 12, "d_head": 6}
WEIGHTS = initial(SIZES, n_seeds=2, deviation=0.5, seed=0)
TOKENS = torch.randint(9, (6, 7), generator=rng.generator(0, "tests"))
OTHERS = dict(
    zip(
        READERS,
        partners(torch.zeros(6, dtype=torch.long), 4, rng.generator(1, "tests")),
        strict=True,
    )
)


def test_the_story_that_everything_matters_changes_nothing():
    story = scrubbing.everything(WEIGHTS)
    found = scrubbing.scrubbed_losses(WEIGHTS, TOKENS, story, others=OTHERS)
    assert (found - losses.losses(WEIGHTS, TOKENS)).abs().max() < 1e-4


def test_the_story_that_nothing_matters_gives_the_logits_of_the_other_text():
    found = scrubbing.scrubbed_losses(WEIGHTS, TOKENS, Hypothesis(), others=OTHERS)
    logits = model.logits(WEIGHTS, TOKENS[OTHERS["logits"]])[:, :, :-1].log_softmax(-1)
    expected = -logits.gather(-1, TOKENS[None, :, 1:, None].expand(2, -1, -1, -1))[..., 0]
    assert (found - expected).abs().max() < 1e-4


def test_one_exchanged_input_is_a_run_written_out_by_hand():
    """Keys hear head 0.1 of the text itself; all else that keys hear comes from the other text."""
    everyone = scrubbing.everything(WEIGHTS)
    story = Hypothesis(
        queries=everyone.queries, keys=("head 0.1",), values=everyone.values, logits=everyone.logits
    )
    found = scrubbing.scrubbed_losses(WEIGHTS, TOKENS, story, others=OTHERS)
    embedded = model.embed(WEIGHTS, TOKENS)
    first = model.attend(WEIGHTS, 0, queries=embedded, keys=embedded, values=embedded)[1]
    stream, rows = embedded + first.sum(2), OTHERS["keys"]
    keys = first[:, :, 1] + (embedded + first[:, :, 0])[:, rows]
    second = model.attend(WEIGHTS, 1, queries=stream, keys=keys, values=stream)[1].sum(2)
    logits = model.unembed(WEIGHTS, stream + second)[:, :, :-1].log_softmax(-1)
    expected = -logits.gather(-1, TOKENS[None, :, 1:, None].expand(2, -1, -1, -1))[..., 0]
    assert (found - expected).abs().max() < 1e-4


def test_partners_keep_their_class_are_somebody_else_and_differ_between_draws():
    classes = torch.tensor([0, 1, 0, 1, 0, 0, 2])
    drawn = partners(classes, 50, rng.generator(0, "tests"))
    assert (classes[drawn] == classes).all()
    assert (drawn[:, :6] != torch.arange(6)).all()
    assert (drawn[:, 6] == 6).all()  # alone in its class
    assert len({tuple(row) for row in drawn.tolist()}) > 3


@pytest.mark.bad_input
def test_stories_and_texts_that_do_not_fit_are_refused():
    where = torch.ones(6, 6, dtype=torch.bool)
    with pytest.raises(ValueError, match=r"keys: got 'head 1.0'"):
        scrubbing.explained(WEIGHTS, TOKENS, Hypothesis(keys=("head 1.0",)), where=where)
    with pytest.raises(ValueError, match="where: got shape"):
        scrubbing.explained(WEIGHTS, TOKENS, Hypothesis(), where=where[:, :5])
    with pytest.raises(ValueError, match="expected models of two"):
        scrubbing.everything(initial({**SIZES, "layer": 1}, n_seeds=1, deviation=1.0, seed=0))
    with pytest.raises(ValueError, match="others: got None for queries"):
        scrubbing.scrubbed_losses(WEIGHTS, TOKENS, Hypothesis(), others={})
    with pytest.raises(ValueError, match="classes: got shape"):
        partners(torch.zeros(1), 2, rng.generator(0, "tests"))
