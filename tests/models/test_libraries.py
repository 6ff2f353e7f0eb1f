"""The storybook's folder opens unchanged in every library of the field, with the same logits."""

import warnings
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from mechnotes import models
from mechnotes._models.weights import quiet

# sae_lens 6 imports a module that transformer_lens 3 has renamed.
pytestmark = pytest.mark.filterwarnings("ignore:The 'utils' module has been deprecated")

TEXT = "when Anna and Tom went to the park , Tom gave a map to"


@pytest.fixture(scope="module")
def folder(storybook_folder: Path) -> str:
    return str(storybook_folder)


@pytest.fixture(scope="module")
def tokens(folder: str) -> torch.Tensor:
    return models.tokens(models.load(folder), TEXT)


@pytest.fixture(scope="module")
def expected(folder: str, tokens: torch.Tensor) -> torch.Tensor:
    return models.load(folder)(tokens)


def assert_same(found: torch.Tensor, expected: torch.Tensor) -> None:
    torch.testing.assert_close(found.detach(), expected, atol=1e-4, rtol=0.0)


def test_plain_transformers_opens_it(folder, tokens, expected):
    with quiet():
        model = AutoModelForCausalLM.from_pretrained(folder).eval()
    assert_same(model(tokens).logits, expected)


def test_its_tokenizer_alone_gives_the_same_tokens(folder, tokens):
    assert torch.equal(
        AutoTokenizer.from_pretrained(folder)(TEXT, return_tensors="pt").input_ids, tokens
    )


def test_transformer_lens_opens_it(folder, tokens, expected):
    from transformer_lens.model_bridge import TransformerBridge

    with quiet():
        model = TransformerBridge.boot_transformers(folder, device="cpu")
    assert_same(model(tokens), expected)
    assert torch.equal(model.to_tokens(TEXT), tokens)


def test_sae_lens_opens_it_through_transformers(folder, tokens, expected):
    from sae_lens.load_model import load_model

    with quiet():
        model = load_model("AutoModelForCausalLM", folder, device="cpu").eval()
    assert_same(model(tokens, return_type="logits"), expected)
    options = {"prepend_bos": False, "truncate": False, "move_to_device": False}
    assert torch.equal(model.to_tokens(TEXT, **options), tokens)  # the mark is the tokenizer's own


def test_sae_lens_opens_it_through_its_bridge(folder, tokens, expected):
    from sae_lens.analysis.sae_transformer_bridge import SAETransformerBridge

    with quiet():
        model = SAETransformerBridge.boot_transformers(folder, device="cpu")
    assert_same(model(tokens), expected)


def test_nnsight_opens_it(folder, tokens, expected):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what nnsight brings in warns on import
        nnsight = pytest.importorskip("nnsight")
        with quiet():
            model = nnsight.LanguageModel(folder, device_map="cpu", dispatch=True)
        with model.trace(tokens):
            logits = model.lm_head.output.save()
    assert_same(logits, expected)
