"""Models written down weight by weight: what they say, and by which means."""

import itertools

import pytest
import torch

from mechnotes.circuits.attention_only.products import qk_circuit
from mechnotes.circuits.symbolic import attribution, composition, handmade, products, reading, task

PROMPTS = task.all_prompts()
ALL = {
    "two heads": handmade.two_heads(),
    "two layers by queries": handmade.two_layers(path="query"),
    "two layers by values": handmade.two_layers(path="value"),
    "one head": handmade.one_head(),
}


@pytest.mark.parametrize("name", ALL)
def test_every_model_made_by_hand_solves_the_task(name):
    assert reading.solved(ALL[name], PROMPTS).all()


def test_with_two_heads_one_says_both_names_and_the_other_denies_the_giver():
    evidence = attribution.evidence(handmade.two_heads(gain=20), PROMPTS)[0]
    direct, additive, contrastive = evidence.unbind(0)
    assert torch.allclose(direct, torch.zeros(60, 2))
    assert torch.allclose(additive, torch.full((60, 2), 10.0))
    assert torch.allclose(contrastive, torch.tensor([0.0, -20.0]).expand(60, 2))


def test_the_denying_head_alone_tells_the_names_apart_but_prefers_names_that_nobody_said():
    weights = handmade.two_heads()
    alone = weights.each(lambda W: W[:, :, 1:] if W.ndim == 5 else W)
    assert (reading.logit_difference(alone, PROMPTS) > 1).all()
    assert (reading.accuracy(alone, PROMPTS) < 0.3).all()


def test_one_head_that_looks_at_places_alone_cannot_do_better_than_one_in_two():
    copying = handmade.two_heads().each(lambda W: W[:, :, :1] if W.ndim == 5 else W)
    key = torch.zeros(1, 1, 1, *copying.W_K.shape[-2:])
    for looks in itertools.product((0.0, 5.0, 10.0), repeat=3):
        for place, score in zip(handmade.PLACE[1:4], looks, strict=True):
            key[..., place, handmade.PLACE[4]] = score
        changed = dict(copying.tensors(), W_K=key)
        assert reading.accuracy(type(copying)(**changed), PROMPTS) <= 0.5


def test_one_head_ranks_the_names_and_is_nearly_undecided_where_the_ranks_are_far_apart():
    logits = reading.logits(handmade.one_head().each(lambda W: W.double()), PROMPTS)[0]
    rows = torch.arange(60)
    right = logits[rows, PROMPTS.answers]
    margin = right - logits.scatter(1, PROMPTS.answers[:, None], -torch.inf).amax(-1)
    louder_gives = PROMPTS.wrong > PROMPTS.answers
    assert (margin > 5).all()
    assert margin[louder_gives].min() * 1e3 < margin[~louder_gives].min()
    hardest = margin[louder_gives].argmin()
    assert (PROMPTS.wrong - PROMPTS.answers)[louder_gives][hardest] >= 4


def test_a_ranking_is_what_one_head_looks_by():
    scores = qk_circuit(handmade.one_head())[0, 0, 0]
    asked_by_the_end = scores[products.SOURCES.index("place 4")]
    assert (asked_by_the_end[: len(task.NAMES)].diff() > 1).all()


@pytest.mark.parametrize(("path", "cut"), [("query", "queries"), ("value", "values")])
@pytest.mark.parametrize("replacement", ["mean", "zero"])
def test_with_two_layers_one_path_carries_everything_and_the_others_nothing(path, cut, replacement):
    weights = handmade.two_layers(path=path)
    for name in composition.PATHS:
        cost = composition.cost(weights, PROMPTS, paths=(name,), replacement=replacement)
        assert cost.item() == pytest.approx(1.0 if name == cut else 0.0, abs=1e-4), name


def test_by_queries_the_second_layer_looks_at_the_receiver_by_values_at_both():
    for path, answer, giver in (("query", 1.0, 0.0), ("value", 1 / 3, 1 / 3)):
        attention = reading.end_attention(handmade.two_layers(path=path), PROMPTS)[0, 1, 0]
        assert torch.allclose(attention[:, 1], torch.tensor(answer), atol=1e-4)
        assert torch.allclose(attention[:, 2], torch.tensor(giver), atol=1e-4)


def test_the_first_layer_fetches_the_repeated_name():
    attention = reading.end_attention(handmade.two_layers(), PROMPTS)[0, 0, 0]
    assert torch.allclose(attention[:, reading.ROLES.index("repeat")], torch.ones(60), atol=1e-4)


def test_a_louder_model_says_the_same_louder():
    quiet, loud = handmade.two_heads(gain=2), handmade.two_heads(gain=6)
    for measure in (attribution.contrast, products.name_copying):
        arguments = (PROMPTS,) if measure is attribution.contrast else ()
        assert torch.allclose(measure(quiet, *arguments), measure(loud, *arguments), equal_nan=True)
    assert torch.allclose(
        3 * reading.logit_difference(quiet, PROMPTS), reading.logit_difference(loud, PROMPTS)
    )
