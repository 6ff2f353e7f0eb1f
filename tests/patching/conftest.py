"""Small random models of two architectures, and prompts for them; nothing is downloaded."""

import pytest
import torch

from mechnotes import models, rng
from mechnotes._typing import LanguageModel
from mechnotes.prompts import Pairs
from tests.models import folders

KINDS = ("gpt2", "llama", "llama folded", "neox")
N_POS, CHANGED = 8, 4


@pytest.fixture(scope="session", params=KINDS)
def any_model(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory):
    """A GPT-2, a Llama whose four query heads share two key-value heads, and a GPT-NeoX, whose
    attention and MLP stand beside each other."""
    kind, _, folded = request.param.partition(" ")
    folder = folders.write(kind, tmp_path_factory.mktemp("patching") / kind)
    return models.load(folder, folded=bool(folded))


def skip_where_lacking(model: LanguageModel, site: str) -> None:
    """GPT-NeoX has no stream between attention and MLP; tests/test_hooks.py has its refusal."""
    if site == "resid_mid" and "neox" in model.name:
        pytest.skip("this architecture lacks the site")


@pytest.fixture(scope="session")
def storybook() -> LanguageModel:
    return models.load("storybook")


@pytest.fixture(scope="session")
def folded_storybook() -> LanguageModel:
    return models.load("storybook", folded=True)


@pytest.fixture(scope="session")
def random_pairs() -> Pairs:
    """Prompts of random tokens; the pairs differ from different positions on."""
    generator = rng.generator(0, "tests", "patching")
    clean = torch.randint(2, 200, (3, N_POS), generator=generator)
    corrupted = clean.clone()
    corrupted[:, CHANGED] = (clean[:, CHANGED] + 7) % 200
    corrupted[2, 1] = (clean[2, 1] + 11) % 200
    return pairs_of(clean, corrupted)


def pairs_of(clean: torch.Tensor, corrupted: torch.Tensor) -> Pairs:
    """Pairs with arbitrary answers."""
    n_pairs, n_pos = clean.shape
    texts = ("",) * n_pairs
    return Pairs(
        clean=clean,
        corrupted=corrupted,
        answers=torch.arange(n_pairs) + 3,
        wrong=torch.arange(n_pairs) + 30,
        clean_text=texts,
        corrupted_text=texts,
        answer_words=texts,
        wrong_words=texts,
        positions={
            "changed": torch.full((n_pairs,), min(CHANGED, n_pos - 1)),
            "end": torch.full((n_pairs,), n_pos - 1),
        },
    )
