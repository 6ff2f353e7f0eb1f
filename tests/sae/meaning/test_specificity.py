"""Descriptions of units: one thing gets a good one, several unrelated things a bad one."""

import pytest
import torch

from mechnotes import rng
from mechnotes.sae.meaning import labels, properties, specificity
from mechnotes.storybook import grammar, words
from mechnotes.storybook.corpus import Passages


@pytest.fixture(scope="module")
def text():
    return labels.passages(120, seed=1)


@pytest.fixture(scope="module")
def known(text):
    return properties.properties(text)


def where(known, name: str) -> torch.Tensor:
    return known.truth[:, known.names.index(name)]


@pytest.mark.parametrize("n_tokens", [40, 41])
@pytest.mark.parametrize("share", [0.05, 0.45, 0.5, 0.55, 1.0])
def test_the_usual_value_is_the_median_also_where_nothing_is_sorted(n_tokens, share):
    drawn = torch.randn(n_tokens, 30, generator=rng.generator(0)).abs()
    values = drawn * (torch.rand(n_tokens, 30, generator=rng.generator(1)) < share)
    assert torch.equal(specificity._medians(values), values.median(0).values)


def test_counts_are_sums_of_truth_values():
    yes = torch.rand(500, 7, generator=rng.generator(0)) < 0.3
    assert torch.equal(labels.counts(yes), yes.sum(0).float())


def test_properties_say_what_stands_at_the_token_and_before_it(text, known):
    tokens, before = labels.flat(text.tokens), text.tokens[:, :-1].flatten()
    to = grammar.vocabulary().index("to")
    assert torch.equal(where(known, "the word to"), tokens == to)
    assert torch.equal(where(known, "after the word to"), before == to)
    assert where(known, "a name").sum() > where(known, "a she-name").sum() > 0
    names = torch.tensor([grammar.vocabulary().index(name) for name in words.NAMES])
    assert torch.equal(where(known, "a name"), torch.isin(tokens, names))
    assert torch.equal(where(known, "happy words"), labels.truth(text)[:, 0])


def test_a_slot_is_told_from_the_same_slot_of_another_kind(known):
    feeling, agreement = (
        where(known, "the slot feeling: object"),
        where(known, "the slot agreement: noun"),
    )
    assert feeling.any() and agreement.any() and not (feeling & agreement).any()


def test_properties_that_are_true_too_seldom_or_nearly_always_are_left_out(text, known):
    half = labels.first_half(text)
    for side in (half, ~half):
        counts = known.truth[side].sum(0)
        assert (
            counts.min() >= properties.FEWEST and (side.sum() - counts).min() >= properties.FEWEST
        )
    assert "the word <unk>" not in known.names and len(set(known.names)) == len(known.names)


def test_of_every_token_exactly_one_slot_is_true(text, known):
    slots = properties.slots(text)
    assert (slots.truth.sum(1) == 1).all()
    assert torch.equal(where(slots, "giving: giver"), where(known, "the slot giving: giver"))
    copies = where(slots, "repeat: second")
    assert torch.equal(copies, labels.flat(text.labels["copy"] == 1))
    to = labels.flat(text.tokens == grammar.vocabulary().index("to"))
    giving = labels.flat(text.kind == 0)
    assert (where(slots, "giving: the word to") <= to).all() and (to & giving)[
        where(slots, "giving: the word to")
    ].all()


def test_a_unit_that_speaks_of_one_thing_has_specificity_1_also_if_only_now_and_then(text, known):
    half = labels.first_half(text)
    wanted = ("the word found", "a place", "the slot giving: giver")
    values = torch.stack([where(known, name).float() for name in wanted], dim=1)
    values *= torch.rand(values.shape, generator=rng.generator(0, "now and then")) < 0.4
    found = specificity.specificity(3 * values - 1, known.truth, chosen=half, narrow=0.1)
    assert torch.allclose(found.share, torch.ones(3))
    for unit, name in enumerate(wanted):
        inside = where(known, known.names[int(found.property[unit])])
        assert (where(known, name) <= inside).all(), name


@pytest.mark.parametrize("n", [2, 3, 4])
def test_a_unit_of_n_unrelated_things_has_specificity_1_over_n(n: int):
    generator = rng.generator(0, "things")
    which = torch.randint(40, (40_000,), generator=generator)
    truth = which[:, None] == torch.arange(40)
    value = truth[:, :n].float().sum(1, keepdim=True)
    half = torch.arange(40_000) % 2 == 0
    found = specificity.specificity(value, truth, chosen=half)
    assert found.property.item() < n
    assert found.share.item() == pytest.approx(1 / n, abs=0.04)


def test_what_is_true_of_many_tokens_is_passed_over():
    broad = torch.arange(1000) % 2 == 0
    slight = torch.arange(1000) % 40 == 0
    truth = torch.stack([broad, slight], dim=1)
    found = specificity.specificity(broad.float()[:, None], truth, chosen=torch.arange(1000) < 500)
    assert found.property.item() == 1 and found.share.item() == pytest.approx(1 / 20, abs=0.01)


def test_shares_of_slots_sum_to_1_and_silence_has_none(text):
    slots = properties.slots(text)
    values = torch.randn(len(slots.truth), 3, generator=rng.generator(0, "noise"))
    values[:, 2] = 1.5
    found = specificity.shares(values, slots.truth)
    assert torch.allclose(found[:2].sum(1), torch.ones(2), atol=1e-5) and found[2].isnan().all()
    rates = slots.truth.float().mean(0)
    assert (found[0] - rates).abs().max() < 0.02  # noise speaks of everything as often as it comes


def test_a_property_is_judged_on_other_texts(text, known):
    half = labels.first_half(text)
    found = where(known, "the word found")
    value = torch.where(half, found, torch.roll(found, 1)).float()[:, None]
    assert specificity.specificity(value, known.truth, chosen=half).share.item() < 0.1
    described = specificity.describe(value, known.truth, chosen=half)
    assert known.names[described.property[0]] == "the word found"
    assert described.precision.item() < 0.1 and described.recall.item() < 0.1


def test_a_latent_of_half_a_feature_is_described_with_precision_1_and_half_the_recall(text, known):
    half = labels.first_half(text)
    place = where(known, "a place")
    fires = place & (torch.rand(len(place), generator=rng.generator(0, "half")) < 0.5)
    found = specificity.describe(fires.float()[:, None], known.truth, chosen=half)
    assert known.names[found.property[0]] == "a place"
    assert found.precision.item() == 1 and found.recall.item() == pytest.approx(0.5, abs=0.1)


def test_a_description_may_hold_where_a_latent_is_strong_and_fail_where_it_is_weak():
    values = torch.zeros(100, 2)
    values[:40, 0] = torch.arange(40.0) + 1  # strong on the later half of its forty tokens
    values[90:93, 1] = 1.0
    right = torch.zeros(100, 2, dtype=torch.bool)
    right[20:40, 0] = True
    found = specificity.by_strength(values, right, parts=4)
    assert found[0].tolist() == [0, 0, 1, 1]
    assert found[1].isnan().all()  # three tokens make no four parts


def test_a_rotation_keeps_what_is_there_and_takes_the_axes_away(text, known):
    half = labels.first_half(text)
    names = [name for name in known.names if name.startswith("the word")][:60]
    values = torch.stack([where(known, name).float() for name in names], dim=1)
    turned = specificity.rotated(values, seed=0)
    assert torch.allclose(turned @ turned.T[:, :50], values @ values.T[:, :50], atol=1e-4)
    straight, crooked = (
        specificity.specificity(v, known.truth, chosen=half, narrow=0.1).share
        for v in (values, turned)
    )
    assert straight.nanmedian() == 1 and crooked.nanmedian() < 0.4


@pytest.mark.bad_input
def test_too_few_texts_and_a_seed_that_is_none_are_refused():
    with pytest.raises(ValueError, match="text: got 2 passages"):
        properties.properties(Passages(**_nothing()))
    with pytest.raises(ValueError, match="seed"):
        specificity.rotated(torch.eye(3), seed=-1)
    with pytest.raises(ValueError, match="right: got shape"):
        specificity.by_strength(torch.ones(3, 2), torch.ones(3, 1, dtype=torch.bool))
    everything = torch.ones(4, 1, dtype=torch.bool)
    with pytest.raises(ValueError, match="truth: got no property"):
        half = torch.tensor([True, False, True, False])
        specificity.specificity(torch.rand(4, 2), everything, chosen=half)


def _nothing() -> dict:
    """Two passages of which nothing is true ten times."""
    text = labels.passages(2, seed=1)
    cut = {name: getattr(text, name)[:, :3] for name in ("tokens", "kind", "template", "start")}
    short = {name: label[:, :3] for name, label in text.labels.items()}
    return {**cut, "labels": short, "roles": tuple(row[:3] for row in text.roles)}
