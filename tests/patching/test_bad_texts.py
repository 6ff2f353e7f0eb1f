"""Texts, answers and positions that no model can be given: what interventions say to them."""

from dataclasses import replace

import pytest
import torch

from mechnotes import prompts
from mechnotes.patching import ablation, activation, attribution, direct, paths

pytestmark = pytest.mark.bad_input
EVERY = (activation.patch, ablation.ablate, attribution.patch, paths.patch)
PAIRS = prompts.ioi(n_pairs=2, seed=0)


@pytest.mark.parametrize("intervene", EVERY)
@pytest.mark.parametrize("name", ["clean", "corrupted", "answers", "wrong"])
def test_numbers_of_tokens_that_are_no_tensor_of_whole_numbers(storybook, intervene, name):
    given = getattr(PAIRS, name)
    with pytest.raises(ValueError, match=rf"{name}: got list; .* Wrap it: torch.tensor\({name}"):
        intervene(storybook, replace(PAIRS, **{name: given.tolist()}))
    with pytest.raises(ValueError, match=rf"{name}: got a tensor of torch.float32; .* {name}.lon"):
        intervene(storybook, replace(PAIRS, **{name: given.float()}))


BAD_POSITIONS = [
    ({}, r"pairs.positions: got {}; expected at least one position by its name"),
    (None, "pairs.positions: got NoneType"),
    ({"end": torch.tensor([14.0, 14.0])}, r"pairs.positions\['end'\]: got a tensor of torch.flo"),
    ({"end": [14, 14]}, r"pairs.positions\['end'\]: got list"),
    ({"end": torch.tensor([14])}, r"pairs.positions\['end'\]: got shape \(1,\); expected one pos"),
    ({"end": torch.tensor([14, 15])}, "got positions from 14 to 15; expected .* from 0 to 14"),
    (
        {"end": torch.tensor([-1, -1])},
        "got positions from -1 to -1; .* last of 15 tokens is 14",
    ),
    ({"end": torch.tensor([14, -2])}, "got positions from -2 to 14"),
]


@pytest.mark.parametrize("intervene", EVERY)
@pytest.mark.parametrize(("positions", "said"), BAD_POSITIONS, ids=lambda v: str(v)[:20])
def test_positions_that_the_prompts_do_not_have(storybook, intervene, positions, said):
    pairs = replace(PAIRS, positions=positions)
    with pytest.raises(ValueError, match=said):
        intervene(storybook, pairs, positions="named")


@pytest.mark.parametrize(
    ("tokens", "said"),
    [
        ("when Mary", "got 'when Mary'; .* Encode it: models.tokens"),
        ([[1, 2]], "got list"),
        (torch.ones(2, 15), "got a tensor of torch.float32"),
        (PAIRS.clean[0], r"got shape \(15,\); .* Add the axis of the batch"),
        (PAIRS.clean[:0], r"got shape \(0, 15\)"),
        (torch.zeros(1, 70, dtype=torch.long), r"got shape \(1, 70\); .* 1 to 64 tokens"),
        (PAIRS.clean + 500, "got tokens from 500 to .*; expected tokens of this model, from 0"),
    ],
    ids=lambda v: str(v)[:20],
)
def test_texts_that_the_model_cannot_read(storybook, tokens, said):
    with pytest.raises(ValueError, match=f"tokens: {said}"):
        direct.lens(storybook, tokens)
    with pytest.raises(ValueError, match=f"reference: {said}"):
        ablation.ablate(storybook, PAIRS, reference=tokens)
    with pytest.raises(ValueError, match=f"reference: {said}"):
        ablation.together(storybook, PAIRS, [(0, 1)], reference=tokens)
