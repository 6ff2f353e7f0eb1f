"""Statements of a known kind: what they say, and that every model can read them."""

import pytest
import torch

from mechnotes import models
from mechnotes.sae.meaning import statements
from mechnotes.storybook import words
from tests.superposition.bad_values import TEACHES


@pytest.mark.parametrize("kind", words.SENTIMENTS)
def test_a_statement_has_words_of_its_own_kind_and_of_no_other(kind):
    for text in statements.draw(kind, 60):
        said = set(text.split())
        for other in words.SENTIMENTS:
            telling = {*words.EVENTS[other], *words.FEELINGS[other], *words.REACTIONS[other]}
            assert bool(said & telling) is (other == kind)


def test_baseline_statements_are_about_something_else():
    lists = (words.EVENTS, words.FEELINGS, words.REACTIONS)
    telling = {word for listed in lists for kind in listed.values() for word in kind}
    assert not any(telling & set(text.split()) for text in statements.draw("baseline", 60))


def test_statements_are_all_different_and_follow_the_seed():
    one = statements.draw("happy", 200)
    assert len(set(one)) == 200 and one == statements.draw("happy", 200)
    assert set(statements.draw("happy", 20, seed=1)) != set(one[:20])
    assert statements.draw("happy", 7) == one[:7]


def test_groups_and_their_labels_stand_side_by_side():
    texts, kinds = statements.groups(7)
    assert len(texts) == 21 and kinds == ["happy"] * 7 + ["angry"] * 7 + ["baseline"] * 7
    assert texts[7:14] == list(statements.draw("angry", 7))
    happy = statements.labels(kinds, "happy")
    assert torch.equal(happy, torch.arange(21) < 7)
    assert statements.labels(kinds, "happy", "angry").sum() == 14


def test_the_storybook_knows_every_word_of_every_kind(model):
    for kind in statements.KINDS:
        for text in statements.draw(kind, 30):
            assert models.tokens(model, text).shape[1] == len(text.split()) + 1


@pytest.mark.bad_input
@pytest.mark.parametrize(
    "call",
    [
        lambda: statements.draw("merry", 7),
        lambda: statements.draw("happy", 0),
        lambda: statements.draw("happy", 5000),
        lambda: statements.draw("happy", 5, seed=-1),
        lambda: statements.groups(7, kinds=("happy", "sad")),
        lambda: statements.labels(["happy", "angry"], "neutral"),
    ],
)
def test_bad_requests_are_refused_with_an_explanation(call):
    with pytest.raises(ValueError, match=TEACHES):
        call()
