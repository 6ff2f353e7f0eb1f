"""The first look and the comparison of groups, line by line on another model."""

import re
from pathlib import Path

import pytest
import torch

from mechnotes import rng, sae
from mechnotes.sae import library
from mechnotes.sae.config import SAEConfig
from tests.conftest import ROOT
from tests.models import folders

PAGES = ROOT / "docs" / "examples" / "sparse_autoencoders"
LINES = {
    'models.load("storybook")': "models.load(GPT2)",
    'sae.load("storybook", "block-1-topk-512-seed-0")': "sae.load(AUTOENCODER)",
}


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A small random GPT-2, and a random autoencoder of its last stream."""
    place = tmp_path_factory.mktemp("gpt2")
    W = torch.randn(200, 32, generator=rng.generator(0, "published"))
    W /= W.norm(dim=1, keepdim=True)
    weights = {"W_dec": W, "W_enc": W.T.clone(), "b_enc": torch.full((200,), -0.3)}
    config = SAEConfig(architecture="standard", d_sae=200)
    one = library.assemble(
        weights | {"b_dec": torch.zeros(32)},
        config,
        hook="blocks.1.hook_resid_pre",
        model_name="gpt2",
    )
    return {
        "GPT2": folders.write("gpt2", place / "model"),
        "AUTOENCODER": sae.save(one, place / "sae"),
    }


def code_of(page: Path) -> str:
    """The page's code cells, with its first two lines for another model."""
    cells = re.split(r"^# %%", page.read_text(encoding="utf-8"), flags=re.M)[1:]
    code = [cell.partition("\n")[2] for cell in cells if not cell.startswith(" [markdown]")]
    text = "\n".join(code)
    for line, other in LINES.items():
        assert text.count(line) == 1
        text = text.replace(line, other)
    return text


@pytest.mark.parametrize("page", ["10_first_look.py", "20_meaning_by_comparison.py"])
def test_the_page_runs_unchanged_on_another_model(page: str, given, capsys):
    exec(compile(code_of(PAGES / page), page, "exec"), dict(given))
    said = capsys.readouterr().out
    assert "latent" in said
    if page.startswith("20"):
        assert "skipped: nobody knows the true labels" in said
