"""Examples of a latent: the strongest, those from all its range, and what is counted."""

import pytest
import torch

from mechnotes.sae import extract
from mechnotes.sae.examples import Shown, examples
from mechnotes.sae.latents import Latents


def built(values: list[list[float]], texts: list[str] | None = None) -> Latents:
    """Latent 1 of 3 has these values; a 0 is no value. Texts are letters after the mark."""
    words = [
        ["<bos>", *(text or "")] for text in texts or ["abcdefgh"[: len(v) - 1] for v in values]
    ]
    table = torch.zeros(len(values), max(map(len, values)))
    for row, own in enumerate(values):
        table[row, : len(own)] = torch.tensor(own)
    text, position = table.nonzero(as_tuple=True)
    return Latents(
        words=tuple(map(tuple, words)),
        tokens=tuple(
            tuple(map(ord, "".join(row[1:]))) and (0, *map(ord, row[1:])) for row in words
        ),
        d_sae=3,
        bos=True,
        text=text,
        position=position,
        index=torch.ones_like(text),
        value=table[text, position],
    )


MANY = built([[9, 0, 1, 2, 0], [9, 3, 0, 4, 0], [9, 0, 0, 0, 0]], ["pqrs", "tuvw", "xyza"])


def test_the_strongest_token_of_each_text_comes_first_and_the_mark_never_counts():
    found = examples(MANY, 1)
    assert [(one.text, one.position, one.value) for one in found.top] == [(1, 3, 4.0), (0, 3, 2.0)]
    assert found.top[0].word == "v"
    assert found.density == 4 / 12 and found.largest == 4


def test_words_around_the_token_carry_their_own_values():
    (one, _) = examples(MANY, 1, shown=Shown(before=2, after=1)).top
    assert one.words == ("t", "u", "v", "w") and one.values == (3, 0, 4, 0)
    (short, _) = examples(MANY, 1, shown=Shown(before=1, after=0)).top
    assert short.words == ("u", "v") and short.start == 2 and short.value == 4


def test_texts_that_say_the_same_up_to_the_token_are_shown_once():
    same = built([[0, 0, 5, 1], [0, 0, 5, 0], [0, 2, 0, 0]], ["abc", "abd", "xyz"])
    assert [one.text for one in examples(same, 1).top] == [0, 2]


def test_the_spread_steps_evenly_through_all_values():
    values = torch.randperm(100, generator=torch.Generator().manual_seed(0)).float() + 1
    rows = [[0.0, *row] for row in values.view(20, 5).tolist()]
    found = examples(built(rows), 1, shown=Shown(n_spread=4))
    assert [one.value for one in found.spread] == [13, 38, 63, 88]
    assert examples(built(rows), 1, shown=Shown(n_spread=100)).spread[0].value == 1


def test_the_histogram_counts_every_value_once():
    found = examples(built([[0, 1, 2, 3, 4]]), 1, shown=Shown(n_bins=4))
    assert found.counts.tolist() == [0, 1, 1, 2]


def test_a_latent_that_never_fires_has_nothing_to_show():
    found = examples(MANY, 0)
    assert (found.density, found.largest, found.top, found.spread) == (0, 0, (), ())
    assert found.counts.sum() == 0


def test_values_and_density_are_those_of_the_autoencoder(model, small_sae):
    texts = ["Tom found a map .", "Anna broke the rope . she felt cross ."]
    found = extract(model, small_sae, texts)
    dense = found.dense()
    often = int((dense[:, 1:] > 0).sum((0, 1)).argmax())
    shown = examples(found, often)
    assert shown.density == pytest.approx((dense[:, 1:, often] > 0).sum().item() / (5 + 9))
    assert shown.largest == dense[:, 1:, often].max().item()
    assert shown.counts.sum() == (dense[:, 1:, often] > 0).sum()
    for one in (*shown.top, *shown.spread):
        assert one.value == dense[one.text, one.position, often].item()


@pytest.mark.bad_input
def test_a_latent_or_a_number_out_of_range_is_refused():
    with pytest.raises(ValueError, match="latent: got 3"):
        examples(MANY, 3)
    with pytest.raises(ValueError, match="n_bins: got 0"):
        Shown(n_bins=0)
    with pytest.raises(ValueError, match="before: got -1"):
        Shown(before=-1)
