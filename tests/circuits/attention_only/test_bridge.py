"""One of the models as a language model: the same numbers through the other tools' doors."""

import pytest
import torch

from mechnotes import metrics
from mechnotes._typing import LanguageModel
from mechnotes.circuits import scores
from mechnotes.circuits.attention_only import bridge, model, products
from mechnotes.patching import activation
from mechnotes.prompts import Pairs
from tests.circuits.attention_only.random_models import D_VOCAB, N_CTX, random_models, texts

WEIGHTS = random_models().each(lambda W: W.float())
TOKENS = texts()


@pytest.fixture(scope="module", params=range(WEIGHTS.n_seeds))
def opened(request: pytest.FixtureRequest) -> tuple[int, LanguageModel]:
    """Number of a model, and the model as a language model."""
    return request.param, bridge.bridge(WEIGHTS, seed=request.param)


def pairs() -> Pairs:
    """Texts that differ in their third token, with arbitrary answers."""
    corrupted = TOKENS.clone()
    corrupted[:, 2] = (TOKENS[:, 2] + 3) % D_VOCAB
    words = ("",) * len(TOKENS)
    return Pairs(
        clean=TOKENS,
        corrupted=corrupted,
        answers=torch.arange(len(TOKENS)) % D_VOCAB,
        wrong=(torch.arange(len(TOKENS)) + 1) % D_VOCAB,
        clean_text=words,
        corrupted_text=words,
        answer_words=words,
        wrong_words=words,
        positions={
            "changed": torch.full((len(TOKENS),), 2),
            "end": torch.full((len(TOKENS),), N_CTX - 1),
        },
    )


@pytest.mark.parametrize("n_pos", [2, N_CTX])
def test_logits_are_those_of_the_model_that_was_opened(opened, n_pos):
    seed, language_model = opened
    found = language_model(TOKENS[:, :n_pos])
    expected = model.forward(WEIGHTS, TOKENS[:, :n_pos]).logits
    assert torch.allclose(found, expected[seed], atol=1e-4)
    others = [other for other in range(WEIGHTS.n_seeds) if other != seed]
    assert not any(torch.allclose(found, expected[other], atol=0.1) for other in others)


def test_scores_read_the_attention_of_the_model_that_was_opened(opened):
    seed, language_model = opened
    patterns = model.forward(WEIGHTS, TOKENS).patterns[seed]  # [layer batch head pos pos]
    before = patterns.diagonal(offset=-1, dim1=-2, dim2=-1).mean((1, 3))
    assert torch.allclose(scores.previous_token(language_model, TOKENS), before, atol=1e-5)


def test_copying_is_that_of_the_products_of_weights(opened):
    seed, language_model = opened
    words = products.ov_circuit(WEIGHTS)[seed, :, :, :D_VOCAB]
    expected = products.copying_score(words.double()).float()
    assert torch.allclose(scores.copying(language_model), expected, atol=1e-4)


def patched_by_hand(seed: int, layer: int, head: int) -> torch.Tensor:
    """Logits after the corrupted texts when one head says what it says in the clean ones."""
    one, given = WEIGHTS.one(seed), pairs()
    clean = model.forward(one, given.clean).results
    stream = model.embed(one, given.corrupted)
    for number in range(one.n_layers):
        said = model.attend(one, number, queries=stream, keys=stream, values=stream)[1].clone()
        if number == layer:
            said[:, :, head] = clean[:, number, :, head]
        stream = stream + said.sum(2)
    return model.unembed(one, stream)[0, :, -1]


def test_patching_a_head_equals_the_exchange_of_what_it_adds(opened):
    seed, language_model = opened
    given = pairs()
    sweep = activation.patch(language_model, given, site="z", metric=metrics.logit_diff)
    assert sweep.axes == ("layer", "head")
    for layer in range(WEIGHTS.n_layers):
        for head in range(WEIGHTS.n_heads):
            last = patched_by_hand(seed, layer, head)
            rows = torch.arange(len(last))
            expected = last[rows, given.answers] - last[rows, given.wrong]
            assert torch.allclose(sweep.patched[layer, head], expected, atol=1e-4), (layer, head)


def test_the_model_is_ready_for_reading_and_says_what_it_is(opened):
    _, language_model = opened
    assert isinstance(language_model, LanguageModel)
    assert not any(parameter.requires_grad for parameter in language_model.parameters())
    assert (language_model.name, language_model.folded) == ("attention-only", False)


def test_opening_a_model_leaves_its_weights_alone():
    before = WEIGHTS.each(torch.clone)
    bridge.bridge(WEIGHTS, seed=0)
    for name, tensor in before.tensors().items():
        assert torch.equal(getattr(WEIGHTS, name), tensor), name


def test_a_model_without_layers_is_read_off_its_weights():
    with pytest.raises(ValueError, match=r"weights: got a model without layers.+direct_path"):
        bridge.bridge(random_models(layer=0))
