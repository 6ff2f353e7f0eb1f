"""Scores of units against labels: equal to a slow loop, honest on shuffled labels."""

import pytest
import torch

from mechnotes import rng
from mechnotes.sae.meaning import labels
from mechnotes.storybook import grammar


@pytest.fixture(scope="module")
def text():
    return labels.passages(60, seed=1)


def words_where(text, question: str) -> set[str]:
    vocabulary = grammar.vocabulary()
    chosen = text.tokens[labels.QUESTIONS[question](text)]
    return {vocabulary[token] for token in chosen.tolist()}


def slow(values, truth, chosen) -> tuple[float, float]:
    """Best F1 and its threshold, one threshold after the other."""
    best = (0.0, torch.inf)
    mine, right = values[chosen], truth[chosen]
    for threshold in sorted(set(mine.tolist()))[1:]:
        yes = mine >= threshold
        f1 = 2 * (yes & right).sum() / (yes.sum() + right.sum())
        best = max(best, (f1.item(), threshold))
    return best


def test_happy_and_angry_words_are_events_feelings_and_reactions(text):
    assert {"found", "glad", "smiled"} <= words_where(text, "happy words")
    assert {"broke", "furious", "shouted"} <= words_where(text, "angry words")
    assert not words_where(text, "happy words") & words_where(text, "angry words")


def test_a_giver_gives_and_a_receiver_stands_after_to(text):
    vocabulary, positions = grammar.vocabulary(), labels.QUESTIONS["receiver names"](text).nonzero()
    before = {vocabulary[text.tokens[row, pos - 1]] for row, pos in positions.tolist()}
    assert before == {"to"}
    assert not (
        labels.QUESTIONS["giver names"](text) & labels.QUESTIONS["receiver names"](text)
    ).any()


def test_a_quotation_lasts_from_its_opening_mark_to_its_closing_mark(text):
    inside = labels.QUESTIONS["inside a quotation"](text)
    opening = text.tokens == grammar.vocabulary().index("“")
    closing = text.tokens == grammar.vocabulary().index("”")
    assert inside[:, 1:][opening[:, :-1]].all()
    assert inside[closing].all() and not inside[opening].all()


def test_every_text_is_on_one_side_as_a_whole(text):
    side = labels.first_half(text).view(60, 63)
    assert (side == side[:, :1]).all() and side[:, 0].sum() == 30


def test_thresholds_and_their_f1_equal_a_loop_over_all_thresholds():
    generator = rng.generator(0, "loop")
    values = torch.randn(80, 7, generator=generator)
    values[:, 3:5] = values[:, 3:5].clamp(min=0)  # many ties at the lowest value
    values[:, 5] = values[:, 5].round()  # ties everywhere
    values[:, 6] = 2.0  # never changes
    truth = torch.rand(80, 2, generator=generator) < 0.3
    chosen = torch.arange(80) % 2 == 0
    found = labels.score(values, truth, chosen=chosen)
    for unit in range(7):
        for label in range(2):
            f1, _ = slow(values[:, unit], truth[:, label], chosen)
            assert found.chosen_f1[unit, label].item() == pytest.approx(f1, abs=1e-6)
            if f1:
                yes = values[chosen, unit] > found.threshold[unit, label]
                again = (
                    2
                    * (yes & truth[chosen, label]).sum()
                    / (yes.sum() + truth[chosen, label].sum())
                )
                assert again.item() == pytest.approx(f1, abs=1e-6)
    assert found.threshold[6].isinf().all() and (found.f1[6] == 0).all()
    assert found.precision[6].isnan().all() and (found.recall[6] == 0).all()


def test_precision_and_recall_are_those_of_the_other_half():
    values = torch.tensor([3.0, 0, 0, 0, 3, 3, 0, 0])[:, None]
    truth = torch.tensor([1, 0, 0, 0, 1, 0, 1, 1], dtype=torch.bool)[:, None]
    found = labels.score(values, truth, chosen=torch.arange(8) < 4)
    assert found.threshold.item() == 1.5 and found.chosen_f1.item() == 1
    assert found.precision.item() == 1 / 2 and found.recall.item() == pytest.approx(1 / 3)
    assert found.f1.item() == pytest.approx(2 * (1 / 2) * (1 / 3) / (1 / 2 + 1 / 3))


def test_a_planted_unit_is_the_best_of_hundreds(text):
    truth, half = labels.truth(text), labels.first_half(text)
    values = torch.rand(len(truth), 300, generator=rng.generator(0, "noise"))
    places = torch.tensor([17, 100, 299, 0, 41])
    values[:, places] += 2.0 * truth  # one unit for each label, well above the noise
    found = labels.score(values, truth, chosen=half)
    assert torch.equal(found.best, places)
    assert (found.f1[places, torch.arange(5)] > 0.97).all()


def test_on_shuffled_labels_the_best_of_hundreds_is_worth_no_more_than_always_yes():
    text = labels.passages(200, seed=2)
    truth, half = labels.truth(text), labels.first_half(text)
    order = torch.randperm(len(truth), generator=rng.generator(0, "shuffle"))
    values = torch.rand(len(truth), 300, generator=rng.generator(0, "noise"))
    values[:, 7] += 2.0 * truth[:, 0]
    found = labels.score(values, truth[order], chosen=half)
    share = truth.float().mean(0)
    best = found.f1[found.best, torch.arange(5)]
    assert (best < 2 * share / (1 + share) + 0.03).all()
    # Chosen and judged on the same texts, the best of hundreds would look better than that.
    assert (found.chosen_f1.amax(0) > best).all()


BAD = {
    "no number": ([[torch.nan]] * 4, [[1], [0], [1], [0]], [1, 1, 0, 0], "values: got 4 NaN"),
    "never true": ([[1.0]] * 4, [[1], [0], [0], [0]], [1, 1, 0, 0], "no token that is left"),
    "nothing chosen": ([[1.0]] * 4, [[1], [0], [1], [0]], [0, 0, 0, 0], "no token that is chosen"),
    "too short": ([[1.0]] * 4, [[1], [0], [1]], [1, 1, 0, 0], "truth: got shape"),
    "too many axes": ([[[1.0]]] * 4, [[1], [0], [1], [0]], [1, 1, 0, 0], "values: got shape"),
}


@pytest.mark.bad_input
@pytest.mark.parametrize(("values", "truth", "chosen", "message"), BAD.values(), ids=BAD)
def test_what_cannot_be_scored_is_refused(values, truth, chosen, message):
    masks = (torch.tensor(mask, dtype=torch.bool) for mask in (truth, chosen))
    with pytest.raises(ValueError, match=message):
        labels.score(torch.tensor(values), next(masks), chosen=next(masks))


@pytest.mark.bad_input
def test_numbers_for_masks_and_a_single_passage_are_refused():
    ones = torch.ones(4, 1)
    with pytest.raises(ValueError, match=r"truth: got a tensor of torch\.float32"):
        labels.score(ones, ones, chosen=torch.tensor([True, True, False, False]))
    with pytest.raises(ValueError, match="n_rows: got 1"):
        labels.passages(1)
