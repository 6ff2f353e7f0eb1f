"""The unrolled transformer computes what the model computes, edge by edge."""

from dataclasses import replace

import pytest
import torch

from mechnotes import models, prompts
from mechnotes.circuits import unrolled
from mechnotes.patching import activation
from mechnotes.patching.graphs import run
from tests.models import folders


@pytest.fixture(scope="module")
def pairs():
    return prompts.ioi(n_pairs=6, seed=0)


@pytest.mark.parametrize("folded", [False, True])
def test_the_graph_says_what_the_model_says(pairs, folded):
    model = models.load("storybook", folded=folded)
    graph = unrolled.unrolled(model)
    given = {unrolled.INPUT: unrolled.embedded(model, pairs.clean)}
    with torch.no_grad():
        logits = model(pairs.clean)[:, -1]
    assert (run(graph, given)[unrolled.OUTPUT] - logits).abs().max() < 1e-4


def test_a_model_in_double_precision_is_written_out_in_it(pairs):
    model = models.load("storybook").to(torch.float64)
    graph = unrolled.unrolled(model)
    with torch.no_grad():
        logits = model(pairs.clean)[:, -1]
    found = run(graph, unrolled.given(model, pairs.clean))[unrolled.OUTPUT]
    assert found.dtype == torch.float64
    assert (found - logits).abs().max() < 1e-12


def test_replacing_a_head_or_all_edges_out_of_it_is_activation_patching(pairs):
    model = models.load("storybook", folded=True)
    graph = unrolled.unrolled(model)
    clean, corrupted = (
        {unrolled.INPUT: unrolled.embedded(model, tokens)}
        for tokens in (pairs.clean, pairs.corrupted)
    )
    values, last = run(graph, clean), model.cfg.n_layers - 1
    rows = torch.arange(6)

    def logit_diff(logits: torch.Tensor) -> torch.Tensor:
        return logits[rows, pairs.answers] - logits[rows, pairs.wrong]

    for head in (0, 2):
        name = f"head {last}.{head}"
        node = run(graph, corrupted, replace={name: values[name]})[unrolled.OUTPUT]
        exact = activation.patch(model, pairs, layers=[last]).patched[0, head]
        assert torch.allclose(logit_diff(node), exact, atol=1e-4)
        every = {(name, other): values[name] for other in ("stream", f"mlp {last} in")}
        edges = run(graph, corrupted, edges=every)[unrolled.OUTPUT]
        assert torch.allclose(logit_diff(edges), exact, atol=1e-4)


def test_only_edges_between_parts_are_of_interest():
    graph = unrolled.unrolled(models.load("storybook"))
    chosen = [edge for edge in graph.edges if unrolled.between_parts(edge)]
    assert ("head 0.1", "2.0 q") in chosen
    assert ("mlp 2", "stream") in chosen
    assert ("0.1 q", "head 0.1") not in chosen
    assert ("stream", "logits") not in chosen
    layers, heads = 3, 4
    senders = [1 + layer * (heads + 1) for layer in range(layers)]
    expected = sum(3 * heads * n + n + heads for n in senders) + 1 + layers * (heads + 1)
    assert len(chosen) == expected


@pytest.mark.bad_input
def test_rotary_models_are_refused(tmp_path):
    llama = models.load(folders.write("llama", tmp_path / "llama"))
    with pytest.raises(ValueError, match="model: got one whose positions are not part"):
        unrolled.unrolled(llama)


BAD_PAIRS = [
    ({"corrupted": "clean"}, "pairs: got clean and corrupted prompts that are identical"),
    ({"clean": lambda p: p.clean + 500}, "clean: got tokens from 5"),
    ({"corrupted": lambda p: p.clean[:, 1:]}, r"pairs: got clean prompts \(6, 15\) and corrupted"),
    ({"answers": lambda p: p.answers[:1]}, r"answers: got shape \(1,\)"),
]


@pytest.mark.bad_input
@pytest.mark.parametrize(("change", "said"), BAD_PAIRS, ids=lambda v: str(v)[:20])
def test_pairs_that_fit_no_model_are_refused_before_the_search(pairs, change, said):
    ((name, made),) = change.items()
    bad = replace(pairs, **{name: made(pairs) if callable(made) else getattr(pairs, made)})
    with pytest.raises(ValueError, match=said):
        unrolled.discover(models.load("storybook"), bad, tau=100.0)


@pytest.mark.bad_input
def test_what_is_no_model_no_pairs_or_no_text_is_refused(pairs):
    model = models.load("storybook")
    with pytest.raises(ValueError, match="pairs: got NoneType; expected prompt pairs"):
        unrolled.discover(model, None, tau=100.0)
    for call in (unrolled.unrolled, lambda name: unrolled.discover(name, pairs, tau=100.0)):
        with pytest.raises(ValueError, match="model: got 'storybook'; expected a language model"):
            call("storybook")
    with pytest.raises(ValueError, match=r"tokens: got shape \(15,\)"):
        unrolled.embedded(model, pairs.clean[0])
    left = [("blocks.0.attn.hook_z", lambda z, hook: 0 * z)]
    with model.hooks(fwd_hooks=left), pytest.raises(ValueError, match="model: got hooks at blocks"):
        unrolled.discover(model, pairs, tau=100.0)


def test_a_high_threshold_drops_every_edge_and_leaves_the_corrupted_answer(pairs):
    model = models.load("storybook", folded=True)
    found = unrolled.discover(model, pairs, tau=100.0)
    assert found.kept == ()
    with torch.no_grad():
        clean, corrupted = (model(t)[:, -1] for t in (pairs.clean, pairs.corrupted))
    whole = torch.nn.functional.kl_div(
        corrupted.log_softmax(-1), clean.log_softmax(-1), log_target=True, reduction="none"
    )
    assert found.divergence == pytest.approx(whole.sum(-1).mean().item(), abs=1e-3)


def test_what_is_found_answers_alone_and_is_a_part_of_the_whole(pairs):
    model = models.load("storybook", folded=True)
    found = unrolled.discover(model, pairs, tau=0.05)
    assert 0 < len(found.kept) < len(found.trace) / 2
    assert found.divergence < 0.05 * len(found.dropped)
    nothing = unrolled.discover(model, pairs, tau=100.0).divergence
    assert found.divergence < nothing / 2
