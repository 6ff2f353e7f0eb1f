"""What the tests of experiments share: the script, called in this process."""

import pytest

from mechnotes._artifacts import files
from tests.prerun_script import DESCENT, PACKAGE, load_script


@pytest.fixture
def prerun(tmp_path, monkeypatch, capsys):
    """Call the script in this process; return its exit code and what it printed."""
    monkeypatch.setenv("MECHNOTES_ARTIFACTS", str(tmp_path / "artifacts"))
    script = load_script()

    def call(*words, package=PACKAGE):
        if words[0] == "run":
            words = (*words, "--checkpoints", str(tmp_path / "checkpoints"))
        code = script.main(["--package", package, *words])
        captured = capsys.readouterr()
        return code, captured.out + captured.err

    return call


@pytest.fixture
def stored(tmp_path, monkeypatch):
    """The place of a freshly computed artifact."""
    monkeypatch.setenv("MECHNOTES_ARTIFACTS", str(tmp_path))
    options = ["--checkpoints", str(tmp_path.parent / "checkpoints")]
    assert load_script().main(["--package", PACKAGE, "run", DESCENT, "quick", *options]) == 0
    return files.place(DESCENT, "quick")
