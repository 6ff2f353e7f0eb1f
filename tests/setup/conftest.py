"""A checkout in a temporary folder whose environment a test may fill by hand."""

import sys
from pathlib import Path

import pytest
from setup import environment
from setup.environment import Place

PYPROJECT = """[project]
dependencies = ["torch>=2.6", "transformer-lens>=3.9,<4", "sae-lens>=6.54,<7"]
[project.optional-dependencies]
dev = ["pytest>=8.4"]
[tool.ruff]
line-length = 100
"""
CONSTRAINTS = "torch==2.13.0\ntransformer-lens==3.9.0\nsae-lens==6.54.12\npytest==9.2.0\n"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A checkout with requirement files and an environment that a test may fill."""
    (tmp_path / "requirements").mkdir()
    made = Place(tmp_path)
    made.site.write_text("mkdocs==1.6.1\nappnope==1.0.0 ; sys_platform == 'darwin'\n")
    made.constraints.write_text(CONSTRAINTS)
    (tmp_path / "pyproject.toml").write_text(PYPROJECT)
    return made


def pretend(place: Place, **versions: str) -> Path:
    """Put whole packages into an environment by hand."""
    site = place.venv / "lib" / "python3.11" / "site-packages"
    for name, version in versions.items():
        info = site / f"{name}-{version}.dist-info"
        info.mkdir(parents=True)
        (site / f"{name}.py").write_text("x = 1\n")
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        record = f"{name}.py,sha256=x,6\n{info.name}/METADATA,,\n{info.name}/RECORD,,\n"
        (info / "RECORD").write_text(record)
    return site


@pytest.fixture
def installed(place: Place, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Arguments of all installations, none of which is really done."""
    calls: list[list[str]] = []
    place.python.parent.mkdir(parents=True)
    place.python.symlink_to(sys.executable)
    pretend(place, pip="23.2")
    monkeypatch.setattr(environment, "install", lambda _, arguments: calls.append(arguments))
    return calls
