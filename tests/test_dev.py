"""The commands of `scripts/dev.py`: their order, their messages and what they leave behind."""

import ast
import importlib.util
import os
import shutil
import socket
import subprocess
from pathlib import Path

import pytest
from setup import browser, commands, serving, steps
from setup.environment import ROOT, Place, SetupError
from setup.steps import Outcome, Step

PASSES = Step("passes", ("-c", "pass"))
FAILS = Step("fails", ("-c", "raise SystemExit(3)"))
FINDS_NO_TEST = Step("pytest", ("-c", "raise SystemExit(5)"), takes_arguments=True)


def run(*chosen: Step, arguments: tuple[str, ...] = ()) -> list[Outcome]:
    return steps.run(
        chosen, Path(shutil.which("python3") or "python"), root=ROOT, arguments=arguments
    )


def test_the_checks_run_from_the_quickest_to_the_built_site():
    names = [step.name for step in steps.STEPS]
    assert names == [
        "ruff", "format", "mypy", "pytest", "bad-input", "prerun", "pages", "build", "site",
    ]  # fmt: skip


def test_shapes_are_checked_in_one_pytest_run_and_bad_input_tried_in_the_other():
    commands_of = {step.name: step.command for step in steps.STEPS}
    assert "--jaxtyping-packages=mechnotes,beartype.beartype" in commands_of["pytest"]
    assert commands_of["pytest"][-1] == "not bad_input"
    assert commands_of["bad-input"] == ("-m", "pytest", "-m", "bad_input")


def test_strict_builds_are_not_quiet():
    assert next(step for step in steps.STEPS if step.name == "build").command[-1] == "--strict"


def test_every_script_that_a_step_runs_exists():
    scripts = [step.command[0] for step in steps.STEPS if step.command[0].endswith(".py")]
    assert [name for name in scripts if not (ROOT / name).exists()] == []


def test_steps_stop_at_the_first_failure_and_the_summary_names_the_rest(
    capfd: pytest.CaptureFixture[str],
):
    chosen = [PASSES, FAILS, Step("later", ("-c", "print('ran')"))]
    outcomes = run(*chosen)
    assert [one.failed for one in outcomes] == [False, True]
    assert steps.status(outcomes) == 1
    words = [line.split()[:2] for line in steps.summary(chosen, outcomes).splitlines()]
    assert words == [["passes", "ok"], ["fails", "failed"], ["later", "not"]]
    assert "ran" not in capfd.readouterr().out.splitlines()


def test_a_pytest_step_without_tests_fails():
    assert steps.status(run(FINDS_NO_TEST)) == 1


def test_a_selection_may_leave_one_pytest_step_empty_but_not_all():
    outcomes = run(FINDS_NO_TEST, arguments=("-k", "pentagon"))
    assert not outcomes[0].failed
    assert steps.status([*outcomes, *run(PASSES)]) == 0
    assert steps.status(outcomes) == steps.NO_TESTS_COLLECTED


def test_arguments_reach_only_the_steps_that_take_them(capfd: pytest.CaptureFixture[str]):
    show = ("-c", "import sys; print(sys.argv[1:])")
    run(Step("a", show), Step("b", show, takes_arguments=True), arguments=("-k", "x"))
    printed = capfd.readouterr().out.splitlines()
    assert [line for line in printed if line.startswith("[")] == ["[]", "['-k', 'x']"]


def test_steps_run_offline_on_one_thread(capfd: pytest.CaptureFixture[str]):
    show = "import os; print(os.environ['HF_HUB_OFFLINE'], os.environ['OMP_NUM_THREADS'])"
    run(Step("environment", ("-c", show)))
    assert "1 1" in capfd.readouterr().out.splitlines()


def test_only_keeps_the_order_of_the_steps():
    assert [step.name for step in steps.select("pytest, ruff")] == ["ruff", "pytest"]
    assert steps.select("") == list(steps.STEPS)


def test_only_with_an_unknown_name_lists_the_known_ones():
    with pytest.raises(ValueError, match="no step is called pytests; there are ruff, format"):
        steps.select("ruff,pytests")


def test_a_taken_port_gives_the_next_free_one():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        taken = listening.getsockname()[1]
        assert serving.free_port("127.0.0.1", taken) > taken
    assert serving.free_port("127.0.0.1", taken) == taken


def test_serving_on_another_port_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
):
    handed_over: list[list[str]] = []
    monkeypatch.setattr(os, "execve", lambda _, command, __: handed_over.append(command))
    monkeypatch.setattr(steps, "call", lambda *_, **__: 0)
    monkeypatch.chdir(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        taken = listening.getsockname()[1]
        serving.serve(Place(tmp_path), host="127.0.0.1", port=taken, arguments=["--open"])
    assert f"Port {taken} is taken, so the site comes on port" in capsys.readouterr().out
    assert handed_over[0][1:4] == ["-m", "mkdocs", "serve"]
    assert handed_over[0][-1] == "--open"


def without_browser(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    for name in ("CHROMIUM", "CHROMEDRIVER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", str(folder))


def test_in_ci_the_checks_refuse_to_start_without_a_browser(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
):
    without_browser(monkeypatch, tmp_path)
    monkeypatch.setenv("CI", "true")
    assert commands.main(["test"]) == 1
    assert "CI needs Chromium and chromedriver" in capsys.readouterr().out


def test_elsewhere_a_missing_browser_is_no_obstacle(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    without_browser(monkeypatch, tmp_path)
    monkeypatch.delenv("CI", raising=False)
    assert browser.missing() == ["Chromium", "chromedriver"]
    assert not browser.required()


@pytest.mark.parametrize(
    ("error", "status", "message"),
    [
        (SetupError("no network"), 1, "no network"),
        (KeyboardInterrupt(), 130, "The next call mends"),
    ],
)
def test_a_failure_is_a_sentence_and_an_exit_status(
    error: BaseException,
    status: int,
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    def fail(*_: object) -> int:
        raise error

    monkeypatch.setitem(commands.COMMANDS, "install", fail)
    assert commands.main(["install"]) == status
    assert message in capsys.readouterr().err


def test_what_follows_two_dashes_goes_to_the_tool(monkeypatch: pytest.MonkeyPatch):
    seen: list[object] = []
    monkeypatch.setitem(commands.COMMANDS, "test", lambda _, options: seen.append(options) or 0)
    commands.main(["test", "--only", "ruff,pytest", "--", "-k", "pentagon"])
    assert (seen[0].only, seen[0].rest) == ("ruff,pytest", ["-k", "pentagon"])  # type: ignore[attr-defined]


def test_the_door_can_be_read_by_old_pythons():
    ast.parse((ROOT / "scripts" / "dev.py").read_text(), feature_version=(3, 7))


def test_a_python_that_is_too_old_is_told_so(monkeypatch: pytest.MonkeyPatch):
    specification = importlib.util.spec_from_file_location("dev", ROOT / "scripts" / "dev.py")
    assert specification and specification.loader
    dev = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(dev)
    monkeypatch.setattr(dev, "NEWER", ("python-that-is-nowhere",))
    with pytest.raises(SystemExit, match=r"too old: mechnotes needs Python 3\.11 or newer"):
        dev.restart()


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
@pytest.mark.parametrize("name", commands.COMMANDS)
def test_make_calls_the_same_command(name: str):
    shown = subprocess.run(
        ["make", "-n", name], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert f"scripts/dev.py {name}" in shown.stdout


def test_ci_installs_the_browser_and_calls_make_test():
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert "chromium-driver" in script.read_text()
    assert "make test" in script.read_text()
