"""Scores of heads: hand-made patterns and weights whose scores are known."""

from types import SimpleNamespace

import pytest
import torch

from mechnotes import models, prompts, rng
from mechnotes._typing import LanguageModel
from mechnotes.circuits import scores


def pretended(*, n_layers: int = 1, n_heads: int = 1, groups: int | None = None, **members: object):
    """A model that has the members given, and every other one in name only."""
    of_protocol = {*LanguageModel.__annotations__, *vars(LanguageModel)}
    names = [name for name in of_protocol if not name.startswith("_") or name == "__call__"]
    sizes = {"n_layers": n_layers, "n_heads": n_heads, "n_key_value_heads": groups}
    cfg = SimpleNamespace(**sizes, d_vocab=10, n_ctx=8, device="cpu")
    blocks = [SimpleNamespace(attn=SimpleNamespace(hook_pattern=object))] * n_layers
    known = {"cfg": cfg, "blocks": blocks}
    return type("Pretended", (), dict.fromkeys(names, object) | known | members)()


def with_pattern(pattern: torch.Tensor):
    """A model of one head that attends as it is told."""

    def run_with_cache(_self: object, tokens: torch.Tensor, **_: object):
        return None, {"blocks.0.attn.hook_pattern": pattern.expand(len(tokens), 1, -1, -1)}

    return pretended(run_with_cache=run_with_cache)


def attending(to: dict[int, int], n_pos: int):
    """Reader by reader, what is read; all others read the first token."""
    pattern = torch.zeros(n_pos, n_pos)
    for reader in range(n_pos):
        pattern[reader, to.get(reader, 0)] = 1.0
    return with_pattern(pattern)


TWICE = torch.tensor([[9, 1, 2, 3, 1, 2, 3]])
"""A list said twice: token at 4 stood at 1, and 2 followed it."""


def test_a_head_that_looks_one_back_scores_one_and_a_head_that_does_not_zero():
    back = attending({i: i - 1 for i in range(1, 7)}, 7)
    assert scores.previous_token(back, TWICE).item() == 1
    assert scores.duplicate_token(back, TWICE).item() == 0


def test_a_duplicate_head_finds_the_same_token_and_an_induction_head_the_one_after():
    same = attending({4: 1, 5: 2, 6: 3}, 7)
    after = attending({4: 2, 5: 3, 6: 4}, 7)
    assert scores.duplicate_token(same, TWICE).item() == 1
    assert scores.induction(same, TWICE).item() == 0
    assert scores.induction(after, TWICE).item() == 1
    assert scores.duplicate_token(after, TWICE).item() == 0


def test_a_head_that_looks_everywhere_scores_its_share():
    n_pos = 7
    uniform = with_pattern(torch.ones(n_pos, n_pos).tril() / torch.arange(1, n_pos + 1)[:, None])
    expected = sum(1 / (reader + 1) for reader in (4, 5, 6)) / 3
    assert scores.induction(uniform, TWICE).item() == pytest.approx(expected)


def test_text_without_repeats_has_no_induction_score():
    assert scores.induction(attending({}, 4), torch.tensor([[1, 2, 3, 4]])).isnan().all()


def test_attention_between_two_places_is_that_entry_of_the_pattern():
    model = models.load("storybook")
    pairs = prompts.ioi(n_pairs=5, seed=0)
    end, receiver = pairs.positions["end"], pairs.positions["receiver"]
    found = scores.between(model, pairs.clean, readers=end, read=receiver)
    with torch.no_grad():
        _, cache = model.run_with_cache(pairs.clean)
    rows = torch.arange(5)
    for layer in range(3):
        pattern = cache[f"blocks.{layer}.attn.hook_pattern"]
        assert torch.allclose(found[layer], pattern[rows, :, end, receiver].mean(0), atol=1e-6)


def weights_of(W_E: torch.Tensor, W_V: torch.Tensor, W_O: torch.Tensor, W_U: torch.Tensor):
    n_heads, groups = W_O.shape[1], W_V.shape[1]
    return pretended(n_heads=n_heads, groups=groups, W_E=W_E, W_V=W_V, W_O=W_O, W_U=W_U)


def test_a_head_that_copies_scores_one_and_its_negative_minus_one():
    W_E = torch.eye(4)
    W_V = torch.eye(4)[None, None, :, :2]
    W_O = torch.stack((W_V[0, 0].T, -W_V[0, 0].T))[None]
    found = scores.copying(weights_of(W_E, W_V.repeat(1, 2, 1, 1), W_O, torch.eye(4)))
    assert found.tolist() == [[1.0, -1.0]]


def test_the_small_matrix_has_the_eigenvalues_of_the_whole_circuit():
    generator = rng.generator(0, "scores")
    W_E, W_U = torch.randn(9, 6, generator=generator), torch.randn(6, 9, generator=generator)
    W_V = torch.randn(1, 1, 6, 3, generator=generator)  # one group of values for two heads
    W_O = torch.randn(1, 2, 3, 6, generator=generator)
    found = scores.copying(weights_of(W_E, W_V, W_O, W_U))
    for head in range(2):
        whole = (W_E @ W_V[0, 0] @ W_O[0, head] @ W_U).double()
        eigenvalues = torch.linalg.eigvals(whole)
        expected = eigenvalues.sum().real / eigenvalues.abs().sum()
        assert found[0, head].item() == pytest.approx(expected.item(), abs=1e-4)


@pytest.mark.bad_input
def test_marks_of_another_shape_are_refused():
    with pytest.raises(ValueError, match=r"where: got shape \(1, 3, 3\) for texts \(1, 7\)"):
        scores.attention(attending({}, 7), TWICE, torch.zeros(1, 3, 3, dtype=torch.bool))


@pytest.mark.bad_input
def test_marks_that_are_not_true_or_false_are_refused():
    where = torch.ones(1, 7, 7)
    with pytest.raises(ValueError, match=r"where: got a tensor of torch.float32; expected marks"):
        scores.attention(attending({}, 7), TWICE, 2 * where)
    with pytest.raises(ValueError, match=r"where: got list for texts \(1, 7\)"):
        scores.attention(attending({}, 7), TWICE, where.tolist())


@pytest.mark.bad_input
@pytest.mark.parametrize("score", [scores.previous_token, scores.duplicate_token, scores.induction])
def test_texts_that_the_model_cannot_read_are_refused_by_every_score(score):
    model = attending({}, 7)
    for tokens, said in (
        (TWICE[0], r"tokens: got shape \(7,\); .* Add the axis of the batch"),
        (TWICE + 3, "tokens: got tokens from 4 to 12; expected .* from 0 to 9"),
        (TWICE[:, :1].expand(1, 9), r"tokens: got shape \(1, 9\); .* 1 to 8 tokens"),
        ("1 2 3", "tokens: got '1 2 3'"),
        (TWICE.tolist(), "tokens: got list"),
        (TWICE.float(), "tokens: got a tensor of torch.float32"),
    ):
        with pytest.raises(ValueError, match=said):
            score(model, tokens)
    with pytest.raises(ValueError, match="model: got 'storybook'"):
        score("storybook", TWICE)


@pytest.mark.bad_input
def test_positions_that_are_not_in_the_text_are_refused():
    at = torch.tensor([6])
    for bad, said in (
        (at + 1, "got positions from 7 to 7; expected positions in the text, from 0 to 6"),
        (at - 7, "got positions from -1 to -1"),
        (at.float(), "got a tensor of torch.float32"),
        (at.expand(2), r"got shape \(2,\); expected one position for each of 1 texts"),
        (6, "got int"),
    ):
        with pytest.raises(ValueError, match=f"readers: {said}"):
            scores.between(attending({}, 7), TWICE, readers=bad, read=at)
        with pytest.raises(ValueError, match=f"read: {said}"):
            scores.between(attending({}, 7), TWICE, readers=at, read=bad)


@pytest.mark.bad_input
def test_the_name_of_a_model_has_no_copying_score():
    with pytest.raises(ValueError, match="model: got 'storybook'; expected a language model"):
        scores.copying("storybook")
