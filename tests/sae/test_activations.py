"""What an autoencoder reads: the model's own activations, mixed, a block at a time."""

import gc
import itertools
from copy import copy

import pytest
import torch
from torch import Tensor

from mechnotes import models
from mechnotes._typing import LanguageModel
from mechnotes.sae import activations

TEXTS = ["Tom found a map .", "Anna broke the rope ."]
HOOK = "blocks.1.hook_resid_post"


def test_what_is_read_is_what_a_cached_run_holds(model: LanguageModel):
    tokens = models.tokens(model, TEXTS)
    _, cache = model.run_with_cache(tokens)
    for hook in (HOOK, "blocks.0.hook_resid_pre", "blocks.2.mlp.hook_post"):
        assert torch.equal(activations.read(model, hook, tokens), cache[hook])


def test_heads_are_merged_into_one_width(model: LanguageModel):
    tokens = models.tokens(model, TEXTS)
    _, cache = model.run_with_cache(tokens)
    merged = activations.read(model, "blocks.1.attn.hook_z", tokens)
    assert torch.equal(merged, cache["blocks.1.attn.hook_z"].flatten(2))


def test_reading_leaves_the_model_as_it_was(model: LanguageModel):
    tokens = models.tokens(model, TEXTS)
    before = model(tokens)
    activations.read(model, HOOK, tokens)
    assert torch.equal(model(tokens), before)


def test_centring_is_what_centred_writing_weights_do_to_the_stream(model: LanguageModel):
    folded = models.load("storybook", folded=True)
    tokens = models.tokens(model, TEXTS)
    ours = activations.read(model, HOOK, tokens, centred=True)
    theirs = activations.read(folded, HOOK, tokens)
    assert (ours - theirs).abs().max() < 1e-4
    assert (activations.read(model, HOOK, tokens) - theirs).abs().max() > 0.01


def test_the_mark_for_the_beginning_is_left_out_unless_asked_for(model: LanguageModel):
    tokens = models.tokens(model, TEXTS)
    everything = activations.read(model, HOOK, tokens)
    assert torch.equal(activations.collect(model, HOOK, tokens), everything[:, 1:].flatten(0, 1))
    kept = activations.collect(model, HOOK, tokens, skip_first=False, rows_at_once=1)
    assert (kept - everything.flatten(0, 1)).abs().max() < 1e-5


def counted(size: int):
    """Blocks whose activations say where they come from: [block, place]."""

    def block(number: int) -> Tensor:
        return torch.stack([torch.full((size,), float(number)), torch.arange(size).float()], 1)

    return block


def test_every_activation_of_a_block_comes_once_and_mixed():
    first = list(itertools.islice(activations.batches(counted(12), batch_size=4, seed=0), 3))
    places = torch.cat(first)[:, 1]
    assert sorted(places.tolist()) == list(range(12))
    assert places.tolist() != list(range(12))


def test_what_does_not_fill_a_batch_at_a_blocks_end_is_dropped():
    found = list(itertools.islice(activations.batches(counted(11), batch_size=4, seed=0), 4))
    assert [len(batch) for batch in found] == [4] * 4
    assert [int(batch[0, 0]) for batch in found] == [0, 0, 1, 1]


def test_a_later_start_continues_where_an_earlier_one_would_have_been():
    all_of_them = list(itertools.islice(activations.batches(counted(12), batch_size=4, seed=3), 8))
    for start in (1, 3, 5):
        later = next(activations.batches(counted(12), batch_size=4, seed=3, start=start))
        assert torch.equal(later, all_of_them[start])


def test_only_one_block_is_asked_for_at_a_time():
    asked = []

    def block(number: int) -> Tensor:
        asked.append(number)
        return counted(8)(number)

    stream = activations.batches(block, batch_size=4, seed=0)
    next(stream)
    assert set(asked) == {0}
    next(stream), next(stream)
    assert set(asked) == {0, 1}


def blocks_in_memory(n_bytes: int) -> int:
    """Tensors of this size, whatever they are views of, that somebody still holds."""
    found = {
        one.untyped_storage().data_ptr()
        for one in gc.get_objects()
        if type(one) is Tensor
        and one.is_floating_point()
        and one.untyped_storage().nbytes() == n_bytes
    }
    return len(found)


def test_no_block_is_in_memory_while_the_next_is_made_and_one_while_batches_are_handed_out():
    n_bytes, held = 4 * 2 * 1237, []

    def block(number: int) -> Tensor:
        held.append(blocks_in_memory(n_bytes))
        return counted(1237)(number)

    stream = activations.batches(block, batch_size=1000, seed=0)
    for _ in range(3):
        next(stream)
        held.append(blocks_in_memory(n_bytes))
    assert held == [0, 1] * 3


def test_a_first_block_that_is_at_hand_is_not_made_again():
    def block(number: int) -> Tensor:
        assert number > 0
        return counted(12)(number)

    given = activations.batches(block, batch_size=4, seed=3, first=counted(12)(0))
    made = activations.batches(counted(12), batch_size=4, seed=3)
    for ours, theirs in zip(itertools.islice(given, 8), made, strict=False):
        assert torch.equal(ours, theirs)


class Elsewhere:
    """A model on a device without memory: what reaches it is on that device, or it says so."""

    def __init__(self, like: LanguageModel) -> None:
        self.__dict__ |= {"cfg": copy(like.cfg), "like": like}
        self.cfg.device = torch.device("meta")

    def __getattr__(self, name: str):
        return getattr(self.like, name)

    def run_with_hooks(self, tokens: Tensor, fwd_hooks):
        assert tokens.device.type == "meta"
        for _, look in fwd_hooks:
            look(torch.zeros(*tokens.shape, 64, device="meta"), hook=None)


def test_tokens_are_moved_to_the_model_and_activations_stay_there(model: LanguageModel):
    tokens = models.tokens(model, TEXTS)
    found = activations.read(Elsewhere(model), HOOK, tokens)
    assert found.device.type == "meta" and found.shape == (2, 6, 64)


@pytest.mark.bad_input
@pytest.mark.parametrize("hook", ["attn.hook_pattern", "attn.hook_attn_scores"])
@pytest.mark.parametrize("n_tokens", [4, 5])
def test_a_place_without_a_vector_at_each_token_is_refused(model, hook: str, n_tokens: int):
    """With as many tokens as heads the shape alone would not tell."""
    tokens = torch.ones(2, n_tokens, dtype=torch.long)
    with pytest.raises(ValueError, match=rf"(?s)hook: got .*{hook}.*Of attention take hook_z"):
        activations.read(model, f"blocks.1.{hook}", tokens)


@pytest.mark.bad_input
@pytest.mark.parametrize(
    ("hook", "near"),
    [("blocks.1.resid_post", "hook_resid_post"), ("blocks.7.hook_resid_post", "blocks."), (3, "")],
)
def test_a_place_that_the_model_lacks_is_named_with_the_nearest(model, hook, near: str):
    tokens = models.tokens(model, TEXTS)
    with pytest.raises(ValueError, match=r"(?s)hook: got .*expected one of the .*places") as told:
        activations.read(model, hook, tokens)
    assert near in str(told.value)


@pytest.mark.bad_input
@pytest.mark.parametrize(
    "tokens",
    [
        torch.zeros(2, 3),
        torch.zeros(0, 3, dtype=torch.long),
        torch.full((1, 3), 232),
        torch.full((1, 3), -1),
        torch.zeros(3, dtype=torch.long),
        "Tom",
    ],
)
def test_tokens_that_are_none_of_the_models_are_refused(model, tokens):
    with pytest.raises(ValueError, match=r"tokens: got .*expected"):
        activations.collect(model, HOOK, tokens)


@pytest.mark.bad_input
def test_texts_of_the_mark_alone_leave_nothing(model):
    with pytest.raises(ValueError, match="at least two tokens"):
        activations.collect(model, HOOK, torch.zeros(2, 1, dtype=torch.long))


@pytest.mark.bad_input
@pytest.mark.parametrize(
    ("block", "says"),
    [
        (lambda _: torch.full((8, 2), torch.nan), "NaN"),
        (lambda _: torch.ones(3, 2), "at least a batch of 4"),
        (lambda number: torch.ones(8 - number, 2), "as in the first"),
        (lambda _: torch.ones(8), "expected"),
    ],
)
def test_blocks_that_cannot_be_cut_into_batches_are_refused(block, says: str):
    with pytest.raises(ValueError, match=says):
        list(itertools.islice(activations.batches(block, batch_size=4, seed=0), 4))
