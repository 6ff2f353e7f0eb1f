"""A random GPT-2 whose tokenizer knows the words of the prompts for GPT-2."""

import pytest

from mechnotes import models
from mechnotes._typing import LanguageModel
from tests.models import folders


@pytest.fixture(scope="session")
def gpt2(tmp_path_factory: pytest.TempPathFactory) -> LanguageModel:
    return models.load(folders.write("gpt2", tmp_path_factory.mktemp("models") / "gpt2"))


@pytest.fixture(scope="session")
def storybook(tmp_path_factory: pytest.TempPathFactory) -> LanguageModel:
    return models.load(folders.write("storybook", tmp_path_factory.mktemp("models") / "story"))
