"""Small model folders that these tests write: the storybook's, a GPT-2 and a Llama."""

from pathlib import Path

import pytest

from tests.models import folders


@pytest.fixture(scope="session", params=["storybook", "gpt2", "llama"])
def any_folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return folders.write(request.param, tmp_path_factory.mktemp("models") / request.param)


@pytest.fixture(scope="session")
def storybook_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return folders.write("storybook", tmp_path_factory.mktemp("models") / "story")


@pytest.fixture
def spoilable(storybook_folder: Path, tmp_path: Path) -> Path:
    """A storybook folder of one's own, to do harm to."""
    copy = tmp_path / "spoilt"
    copy.mkdir()
    for path in storybook_folder.iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    return copy
