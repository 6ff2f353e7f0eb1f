"""Which edits make an artifact stale, and which of those were only a refactor."""

import importlib
import sys
import textwrap

import pytest

from mechnotes._artifacts import files

STUDY = """
    from dataclasses import dataclass, field
    import torch
    from torch import Tensor
    from mechnotes.experiments import Provenance, experiment
    from mechnotes.runs import Run
    from study_lab import helpers

    @dataclass(frozen=True)
    class Config:
        steps: int = 30

    @dataclass(frozen=True)
    class Result:
        x: Tensor
        provenance: Provenance | None = field(default=None, compare=False, repr=False)

    @experiment(cases={"default": Config()}, minutes=1.0)
    def traced(config: Config, *, run: Run | None = None) -> Result:
        run = run or Run()
        x = torch.ones(3)
        for step in run.steps(config.steps):
            x = helpers.halved(x) + step
            run.trace(x)
        return Result(x=x + helpers.OFFSET)

    @experiment(cases={"default": Config()}, minutes=1.0)
    def untraced(config: Config) -> Result:
        return Result(x=helpers.halved(torch.ones(3)) + helpers.OFFSET)
"""
HELPERS = """
    OFFSET = 1.0

    def halved(x):
        return x / 2
"""


@pytest.fixture
def study(prerun, tmp_path, monkeypatch):
    """A package whose source a test may edit; `call` runs the script on the edited code."""
    home = tmp_path / "study_lab"
    home.mkdir()
    (home / "__init__.py").write_text("")
    (home / "study.py").write_text(textwrap.dedent(STUDY))
    (home / "helpers.py").write_text(textwrap.dedent(HELPERS))
    monkeypatch.syspath_prepend(tmp_path)
    # Edits within one second and of equal length would otherwise be hidden by cached bytecode.
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    def forget():
        for name in [name for name in sys.modules if name.startswith("study_lab")]:
            del sys.modules[name]

    class Study:
        def edit(self, module, old, new):
            path = home / f"{module}.py"
            source = path.read_text()
            assert old in source
            path.write_text(source.replace(old, new))

        def call(self, *words):
            forget()
            importlib.invalidate_caches()
            return prerun(*words, package="study_lab")

        def manifest(self, function):
            return files.read_manifest(files.place(f"study.{function}", "default").manifest)

    yield Study()
    forget()


def test_a_neighbour_or_a_case_leaves_artifacts_fresh_and_a_reached_helper_does_not(study):
    assert study.call("run")[0] == 0
    study.edit("helpers", "def halved", "def doubled(x):\n    return 2 * x\n\n\ndef halved")
    study.edit("study", "import helpers", "import helpers\n\nNEW = 1\n\ndef new(x):\n    return x")
    study.edit("study", '"default": Config()', '"default": Config(), "long": Config(steps=60)')
    _, printed = study.call("list")
    assert printed.count("fresh") == 2
    assert printed.count("missing") == 2
    study.edit("helpers", "x / 2", "x / 3")
    assert study.call("list")[1].count("stale: its code has changed") == 2
    study.edit("helpers", "x / 3", "x / 2")
    assert study.call("list")[1].count("fresh") == 2


def test_a_changed_config_is_stale(study):
    study.call("run")
    study.edit("study", "steps: int = 30", "steps: int = 31")
    assert study.call("list")[1].count("stale: its config has changed") == 2
    assert study.call("run")[0] == 0
    assert study.call("check")[0] == 0


def test_a_refactor_is_renewed_and_both_digests_are_recorded(study):
    study.call("run")
    before = {name: study.manifest(name) for name in ("traced", "untraced")}
    study.edit("helpers", "x / 2", "0.5 * x")
    code, printed = study.call("renew")
    assert code == 0, printed
    assert printed.count("renewed") == 2
    for name, old in before.items():
        new = study.manifest(name)
        assert new["renewed_from"] == [old["digest"]]
        assert new["digest"] != old["digest"]
        assert new["content"] == old["content"]
        assert new["date"] == old["date"]
    assert study.call("check")[0] == 0
    assert study.call("renew")[1].count("fresh") == 2
    study.edit("helpers", "0.5 * x", "x * 0.5")
    study.call("renew")
    assert len(study.manifest("traced")["renewed_from"]) == 2


def test_an_edit_that_changes_numbers_is_not_renewed(study):
    study.call("run")
    study.edit("helpers", "x / 2", "x / 2 + 0.01")
    code, printed = study.call("renew")
    assert code == 1
    assert "study.traced default: refused traced value 1 was 0.5, 0.5, 0.5 and is now" in printed
    assert "study.untraced default: refused x differs from the stored tensor; run it" in printed
    assert study.call("check")[0] == 1


def test_renewing_repeats_only_the_stored_steps(study, monkeypatch):
    study.call("run")
    study.edit("study", "run.trace(x)", "run.trace(x)\n        assert step < 8")
    code, printed = study.call("renew", "study.traced")
    assert code == 0, printed


def test_a_changed_config_or_a_missing_artifact_is_not_renewed(study):
    study.call("run", "study.traced")
    study.edit("study", "steps: int = 30", "steps: int = 31")
    code, printed = study.call("renew")
    assert code == 1
    assert "study.traced default: refused its config has changed; run it" in printed
    assert "study.untraced default: refused missing" in printed
