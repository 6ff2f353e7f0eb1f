"""The environment: installed once, stale when a requirement changes, mended when cut off."""

import shutil
import zipfile

import pytest
from setup import environment, packages
from setup.environment import DEV, SITE, Level, Place, SetupError

from tests.setup.conftest import PYPROJECT, pretend


def test_a_second_call_installs_nothing(place: Place, installed: list[list[str]]):
    environment.ensure(place, SITE)
    environment.ensure(place, SITE)
    assert len(installed) == 1


def test_the_whole_environment_serves_the_site_too(place: Place, installed: list[list[str]]):
    environment.ensure(place, DEV)
    environment.ensure(place, SITE)
    assert len(installed) == 1


def test_again_looks_through_a_fresh_environment(place: Place, installed: list[list[str]]):
    environment.ensure(place, SITE)
    environment.ensure(place, SITE, again=True)
    assert len(installed) == 2


@pytest.mark.parametrize(
    ("file", "level", "stale"),
    [
        ("requirements/site.txt", SITE, True),
        ("requirements/site.txt", DEV, True),
        ("requirements/constraints.txt", DEV, True),
        ("requirements/constraints.txt", SITE, False),
        ("pyproject.toml", DEV, False),
    ],
)
def test_what_a_changed_file_makes_stale(
    place: Place, installed: list[list[str]], file: str, level: Level, stale: bool
):
    environment.ensure(place, DEV)
    changed = place.root / file
    changed.write_text(changed.read_text() + "# only a comment, or a tool's setting\n")
    assert environment.fresh(place, level) is not stale


def test_a_new_dependency_makes_the_whole_environment_stale(
    place: Place, installed: list[list[str]]
):
    environment.ensure(place, DEV)
    pyproject = place.root / "pyproject.toml"
    pyproject.write_text(PYPROJECT.replace("torch>=2.6", "torch>=2.7"))
    assert not environment.fresh(place, DEV)
    assert environment.fresh(place, SITE)


def test_an_installation_that_was_cut_off_is_done_again(
    place: Place, installed: list[list[str]], monkeypatch: pytest.MonkeyPatch
):
    environment.ensure(place, SITE)
    place.site.write_text("mkdocs==1.6.2\n")
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(environment, "install", _cut_off)
        environment.ensure(place, SITE)
    place.site.write_text("mkdocs==1.6.1\nappnope==1.0.0 ; sys_platform == 'darwin'\n")
    assert not environment.fresh(place, SITE)
    site = pretend(place, mkdocs="1.6.1", click="8.5.1")
    (site / "mkdocs-1.6.1.dist-info" / "RECORD").unlink()
    environment.ensure(place, SITE)
    assert packages.installed(site) == {"pip": "23.2", "click": "8.5.1"}
    assert len(installed) == 2


def _cut_off(*_: object) -> None:
    raise KeyboardInterrupt


def test_serving_installs_pins_without_resolving(place: Place, installed: list[list[str]]):
    environment.ensure(place, SITE)
    assert installed == [["--quiet", "--no-deps", "--requirement", str(place.site)]]


def test_the_torch_index_is_asked_for_torch_alone(
    place: Place, installed: list[list[str]], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv(environment.TORCH_INDEX, "https://torch.example/cpu")
    environment.ensure(place, DEV)
    first, second = installed
    assert first == ["--no-deps", "--index-url", "https://torch.example/cpu", "torch==2.13.0"]
    assert "https://torch.example/cpu" not in second
    assert second[:2] == ["--constraint", str(place.constraints)]


def test_a_failed_installation_says_what_to_do(place: Place):
    place.python.parent.mkdir(parents=True)
    place.python.symlink_to(shutil.which("false") or "false")
    with pytest.raises(SetupError, match="Mend it and call again"):
        environment.install(place, ["--no-index", "nothing-of-this-name"])


@pytest.mark.slow
def test_a_real_environment_is_made_installed_and_mended(
    place: Place, monkeypatch: pytest.MonkeyPatch
):
    wheel = place.root / "tiny-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as packed:
        packed.writestr("tiny.py", "answer = 42\n")
        info = "tiny-1.0.dist-info"
        packed.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n")
        packed.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        packed.writestr(f"{info}/RECORD", f"tiny.py,,12\n{info}/METADATA,,\n{info}/RECORD,,\n")
    place.site.write_text(f"{wheel}\n")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    environment.ensure(place, SITE)
    site = packages.folder(place.venv)
    assert packages.installed(site)["tiny"] == "1.0"
    assert packages.unfinished(site) == []
    (site / "tiny.py").write_text("cut")
    environment.ensure(place, SITE, again=True)
    assert (site / "tiny.py").read_text() == "answer = 42\n"
