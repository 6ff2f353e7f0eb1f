"""Both constructions remember what came last time, each by its own wire, in any coordinates."""

import pytest
import torch

from mechnotes import rng
from mechnotes.circuits import scores
from mechnotes.circuits.attention_only import bridge, model
from mechnotes.circuits.by_hand import (
    behaviour,
    crossing,
    discriminate,
    disguise,
    heads,
    induction,
    positions,
    texts,
)

REPEATS = texts.with_repeats(200, n_letters=24, generator=rng.generator(7, "repeats"))
CONTROL = texts.without_repeats(200, n_letters=24, generator=rng.generator(7, "none"))
BUILT = {path: induction.build(path) for path in induction.PATHS}
TWINS = {path: induction.twins(path) for path in induction.PATHS}
ALL = [*BUILT.items(), *TWINS.items()]
NAMES = ["Q", "K", "twin Q", "twin K"]


@pytest.mark.parametrize(("path", "weights"), ALL, ids=NAMES)
def test_what_came_last_time_is_said_and_looked_at(path, weights):
    assert behaviour.accuracy(weights, REPEATS).item() >= 0.95
    assert behaviour.attention(weights, REPEATS, REPEATS.target)[0, 1, 0] >= 0.95


@pytest.mark.parametrize(("n_letters", "lengths"), [(12, (12, 24)), (30, (12, 12)), (12, (2, 3))])
@pytest.mark.parametrize("path", induction.PATHS)
def test_it_works_for_other_alphabets_and_lengths(path, n_letters, lengths):
    generator = rng.generator(1, "other")
    drawn = texts.with_repeats(40, n_letters=n_letters, lengths=lengths, generator=generator)
    weights = induction.build(path, n_letters=n_letters)
    assert behaviour.accuracy(weights, drawn).item() == 1


@pytest.mark.parametrize(("path", "weights"), ALL, ids=NAMES)
def test_without_repeats_all_letters_stay_equally_likely(path, weights):
    assert behaviour.next_accuracy(weights, CONTROL).item() <= 1 / 24 + 0.05
    real = CONTROL.following >= 0
    logits = model.logits(weights, CONTROL.tokens)[0][real]
    assert logits.abs().max() < 1e-4


def test_the_pointer_is_the_position_of_the_earlier_occurrence():
    stream, hands = induction.stream_for("Q"), positions.clock(25)
    after = crossing.after_first(BUILT["Q"], REPEATS.tokens)[0]
    read = (after[..., stream.part("pointer")] @ hands.T).argmax(-1)
    asked = REPEATS.earlier >= 0
    assert torch.equal(read[asked], REPEATS.earlier[asked])


def test_the_note_is_the_token_before():
    stream = induction.stream_for("K")
    after = crossing.after_first(BUILT["K"], REPEATS.tokens)[0]
    read = after[..., stream.part("before")].argmax(-1)
    assert torch.equal(read[:, 1:], REPEATS.tokens[:, :-1])


def test_the_first_heads_look_at_the_earlier_occurrence_and_at_the_position_before():
    assert behaviour.attention(BUILT["Q"], REPEATS, REPEATS.earlier)[0, 0, 0] >= 0.95
    assert behaviour.attention(BUILT["K"], REPEATS, behaviour.before(REPEATS))[0, 0, 0] >= 0.95


@pytest.mark.parametrize(("path", "weights"), ALL, ids=NAMES)
def test_without_the_first_layer_the_memory_is_gone(path, weights):
    silenced = crossing.without_first_layer(weights)
    assert behaviour.accuracy(silenced, REPEATS).item() <= 0.3


@pytest.mark.parametrize(("path", "weights"), ALL, ids=NAMES)
def test_one_wire_carries_everything_and_the_others_nothing(path, weights):
    cost = discriminate.costs(weights, REPEATS)
    used = {"Q": "queries", "K": "keys"}[path]
    for edge, lost in cost.items():
        assert (lost.item() >= 0.65) if edge == used else (lost.item() == 0)


@pytest.mark.parametrize("edge", crossing.EDGES)
def test_crossing_a_wire_with_the_same_text_changes_nothing(edge):
    for weights in BUILT.values():
        same = crossing.crossed(weights, REPEATS, edge=edge, others=REPEATS)
        assert torch.allclose(same, model.logits(weights, REPEATS.tokens), atol=1e-3)


def test_a_crossed_pointer_points_into_the_other_text():
    """Two texts of the same letters, of which only the second has its repeat at the same place."""
    own = texts.of(torch.tensor([[0, 1, 2, 3, 4, 1]]))
    other = texts.of(torch.tensor([[0, 5, 6, 1, 7, 1]]))
    crossed = crossing.crossed(BUILT["Q"], own, edge="queries", others=other)
    assert behaviour.share_right(crossed, own.answer).item() == 0
    assert crossed[0, 0, -1].argmax() == own.tokens[0, 4]  # after the other text's first 1


def test_positions_in_the_keys_matter_to_the_pointer_only():
    for path, weights in BUILT.items():
        places = induction.stream_for(path).part("position")
        left = {
            edge: discriminate.scrambled(weights, REPEATS, places, edge=edge).item()
            for edge in crossing.EDGES
        }
        assert left["queries"] == left["values"] == 1
        assert (left["keys"] <= 0.3) if path == "Q" else (left["keys"] == 1)


def test_twins_attend_alike_in_every_head_and_say_the_same():
    one, other = (model.forward(TWINS[path], REPEATS.tokens) for path in induction.PATHS)
    letters = (REPEATS.tokens != 0)[0:, None, :, None]
    letters[..., 0, :] = True
    assert ((one.patterns - other.patterns).abs() * letters).max() < 1e-6
    assert ((one.logits - other.logits).abs() * letters[:, 0]).max() < 1e-3


@pytest.mark.parametrize("kind", ["rotated", "permuted"])
def test_a_disguise_changes_coordinates_and_nothing_else(kind):
    plain = TWINS["Q"]
    matrix = disguise.rotation(plain.d_model, kind=kind, generator=rng.generator(0, "turn"))
    other = disguise.turned(plain, matrix)
    found, right = (model.forward(one, REPEATS.tokens[:20]) for one in (other, plain))
    assert (found.patterns - right.patterns).abs().max() < 1e-3
    assert (found.logits - right.logits).abs().max() < 1e-2
    assert (other.W_E - plain.W_E).abs().max() > 0.1


@pytest.mark.parametrize("seed", [1, 2])
def test_crossing_names_every_suspect_and_scrambled_places_do_not(seed):
    named = []
    for weights, path in disguise.suspects(10, seed=seed):
        n_letters = weights.d_vocab - 1
        drawn = texts.with_repeats(24, n_letters=n_letters, generator=rng.generator(seed, "named"))
        assert discriminate.by_crossing(weights, drawn) == path
        places = induction.stream_for("Q", n_letters=n_letters).part("position")
        named.append(discriminate.by_places(weights, drawn, places) == path)
    assert 2 <= sum(named) <= 8


def test_half_of_the_suspects_use_each_path_and_equal_seeds_give_equal_suspects():
    paths = [path for _, path in disguise.suspects(6, seed=3)]
    assert sorted(paths) == ["K"] * 3 + ["Q"] * 3
    assert paths == [path for _, path in disguise.suspects(6, seed=3)]


@pytest.mark.parametrize("path", ["K"])
def test_prefix_matching_and_copying_scores_are_near_one(path):
    """Twenty-five random letters four times: attention to what followed, over all copies."""
    weights = induction.build(path, n_letters=30, n_ctx=101)
    segment = torch.randperm(30, generator=rng.generator(0, "segment"))[:25] + 1
    tokens = torch.cat((torch.zeros(1, dtype=torch.int64), segment.repeat(4)))[None]
    opened = bridge.bridge(weights)
    assert scores.induction(opened, tokens)[1, 0] > 0.95
    assert scores.copying(opened)[1, 0] > 0.95
    blind = heads.Head(W_QK=torch.zeros_like(weights.W_O[0, 0, 0]), W_OV=weights.W_O[0, 0, 0])
    uniform = heads.model([[blind]], W_E=weights.W_E[0], W_pos=weights.W_pos[0], W_U=weights.W_U[0])
    assert scores.induction(bridge.bridge(uniform), tokens)[0, 0] < 0.05
