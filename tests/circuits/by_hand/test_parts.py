"""Streams with names, clocks that turn, and heads made of blocks."""

import itertools

import pytest
import torch

from mechnotes import rng
from mechnotes.circuits.attention_only import bridge, model, products
from mechnotes.circuits.by_hand import claims, crossing, heads, induction, positions
from mechnotes.circuits.by_hand.stream import Stream

STREAM = Stream(sizes={"token": 5, "position": positions.size(9), "output": 5})


def test_parts_lie_side_by_side_and_fill_the_stream():
    filled = [index for name in STREAM.sizes for index in range(*STREAM.part(name).indices(99))]
    assert filled == list(range(STREAM.width))


def test_a_block_carries_one_part_to_another_and_nothing_else():
    x = torch.randn(STREAM.width, generator=rng.generator(0, "x"))
    moved = x @ STREAM.block("token", "output")
    assert torch.equal(moved[STREAM.part("output")], x[STREAM.part("token")])
    assert moved.count_nonzero() == 5


def test_a_basis_writes_coordinates_that_its_transpose_reads():
    basis = STREAM.basis("position")
    assert torch.equal(basis @ basis.T, torch.eye(len(basis)))
    assert torch.equal(basis @ STREAM.basis("token").T, torch.zeros(len(basis), 5))


@pytest.mark.parametrize("n_ctx", [2, 3, 8, 9, 25])
def test_different_positions_have_the_inner_product_minus_one_half(n_ctx):
    clock = positions.clock(n_ctx)
    products = clock @ clock.T
    n_hands = clock.shape[1] // 2
    expected = torch.full((n_ctx, n_ctx), -0.5).fill_diagonal_(float(n_hands))
    assert torch.allclose(products, expected, atol=1e-5)


@pytest.mark.parametrize("steps", [-3, -1, 0, 1, 2])
def test_turning_the_hands_moves_every_position(steps):
    clock = positions.clock(9)
    moved = clock @ positions.turn(clock.shape[1], steps)
    start = max(0, -steps)
    stop = min(9, 9 - steps)
    assert torch.allclose(moved[start:stop], clock[start + steps : stop + steps], atol=1e-5)


def test_turns_add_up_and_turn_back():
    one, two = positions.turn(8, 1), positions.turn(8, 2)
    assert torch.allclose(one @ one, two, atol=1e-6)
    assert torch.allclose(one @ one.T, torch.eye(8), atol=1e-6)


@pytest.mark.parametrize("steps", [1, 2])
def test_a_previous_token_head_looks_so_many_steps_back(steps):
    nothing = torch.zeros(STREAM.width, STREAM.width)
    one = heads.previous_token(STREAM, carry=nothing, steps=steps)
    pattern = _run([[one]]).patterns[0, 0, 0, 0]
    assert (pattern.diagonal(-steps) > 0.999).all()


def test_what_a_head_adds_is_the_pattern_times_the_stream_times_w_ov():
    W_QK, W_OV = torch.randn(2, STREAM.width, STREAM.width, generator=rng.generator(0, "head"))
    one = heads.Head(W_QK=W_QK / 9, W_OV=W_OV)
    run = _run([[one]])
    x = run.embedded[0, 0]
    scores = x @ (W_QK / 9) @ x.T
    for row in range(9):
        pattern = scores[row, : row + 1].softmax(0)
        by_hand = sum(share * x[seen] @ W_OV for seen, share in enumerate(pattern))
        assert torch.allclose(run.results[0, 0, 0, 0, row], by_hand, atol=1e-3)


def test_heads_of_a_layer_add_up_and_do_not_disturb_each_other():
    drawn = torch.randn(4, STREAM.width, STREAM.width, generator=rng.generator(1, "head")) / 9
    pair = [heads.Head(W_QK=drawn[0], W_OV=drawn[1]), heads.Head(W_QK=drawn[2], W_OV=drawn[3])]
    together = _run([pair])
    alone = [_run([[one]]) for one in pair]
    for number, one in enumerate(alone):
        assert torch.allclose(together.results[:, :, :, number], one.results[:, :, :, 0])
    added = sum(one.logits - _run([[_silent()]]).logits for one in alone)
    assert torch.allclose(together.logits, added + _run([[_silent()]]).logits, atol=1e-4)


def test_the_logits_are_the_sum_of_all_paths_when_attention_is_frozen():
    """Embedding, each head alone, and each pair in a row, through the virtual head's product."""
    drawn = torch.randn(8, STREAM.width, STREAM.width, generator=rng.generator(2, "head")) / 9
    every = [heads.Head(W_QK=QK, W_OV=OV) for QK, OV in zip(drawn[::2], drawn[1::2], strict=True)]
    weights = _model([every[:2], every[2:]])
    run = model.forward(weights, torch.arange(9)[None] % 5)
    x, patterns = run.embedded[0, 0], run.patterns[0, :, 0]  # [layer, head, pos, pos]
    paths = [x]
    for layer, head in itertools.product(range(2), range(2)):
        paths.append(patterns[layer, head] @ x @ every[2 * layer + head].W_OV)
    for first, second in itertools.product(range(2), range(2)):
        both = every[first].W_OV @ every[2 + second].W_OV
        paths.append(patterns[1, second] @ patterns[0, first] @ x @ both)
    assert len(paths) == 9
    total = model.unembed(weights, torch.stack(paths).sum(0)[None, None])
    assert (total - run.logits).abs().max() < 1e-4


def test_adding_can_erase():
    erased, kept = claims.erased_norms(seed=3)
    assert erased.max() < 1e-6
    assert kept.min() > 0.1


def test_narrow_heads_are_the_same_heads():
    wide, narrow = _model([[_copying()]]), _model([[_copying()]], d_head=8)
    assert narrow.d_head == 8
    tokens = torch.arange(9)[None] % 5
    assert torch.allclose(model.logits(wide, tokens), model.logits(narrow, tokens), atol=1e-3)


def test_a_copying_head_has_the_copying_score_one():
    weights = _model([[_copying()]])
    matrix = products.ov_circuit(weights)[0, 0, 0, :5]
    assert products.copying_score(matrix).item() == pytest.approx(1.0)


@pytest.mark.parametrize("path", induction.PATHS)
def test_the_bridge_runs_the_same_model(path):
    weights = induction.build(path, n_letters=6, n_ctx=9)
    tokens = torch.tensor([[0, 3, 4, 1, 3, 2, 6, 5, 4]])
    found = bridge.bridge(weights)(tokens)
    assert torch.allclose(found, model.logits(weights, tokens)[0], atol=1e-3)


def test_silencing_the_first_layer_leaves_the_embedding():
    weights = crossing.without_first_layer(_model([[_copying()]]))
    tokens = torch.arange(5)[None]
    embedded = model.embed(weights, tokens)
    assert torch.equal(crossing.after_first(weights, tokens), embedded)


def _copying():
    return heads.previous_token(STREAM, carry=STREAM.block("token", "output"))


def _silent():
    return heads.Head(W_QK=heads.rest(STREAM), W_OV=torch.zeros(STREAM.width, STREAM.width))


def _model(layers, **options):
    return heads.model(
        layers,
        W_E=STREAM.basis("token"),
        W_pos=positions.clock(9) @ STREAM.basis("position"),
        W_U=torch.randn(STREAM.width, 5, generator=rng.generator(0, "W_U"))
        if not options and len(layers) == 2
        else STREAM.basis("output").T.contiguous(),
        **options,
    )


def _run(layers):
    return model.forward(_model(layers), torch.arange(9)[None] % 5)
