"""A throw-away project with pages, a package, a data file and a weight file."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pipeline import lessons
from pipeline.kernels import Kernels
from pipeline.project import HERE, Project

TITLE = "# %% [markdown]\n# # A question\n#\n# Some prose.\n\n"
FILES = {
    "lib/__init__.py": "",
    "lib/inner.py": "def value():\n    return 3\n",
    "lib/outer.py": "from lib import inner\n\ndef doubled():\n    return 2 * inner.value()\n",
    "lib/alone.py": "def word():\n    return 'alone'\n",
    "lib/numbers.txt": "1 2 3\n",
    "lib/weights.bin": "weights",
    "docs/direct.py": f"{TITLE}# %%\nfrom lib import inner\n\nprint(inner.value())\n",
    "docs/through.py": f"{TITLE}# %%\nfrom lib import outer\n\nprint(outer.doubled())\n",
    "docs/other.py": f"{TITLE}# %%\nfrom lib import alone\n\nprint(alone.word())\n",
    "docs/data.py": f"""{TITLE}# %%
from pathlib import Path

import lib

print(Path(lib.__file__).with_name("numbers.txt").read_text())
""",
    "docs/weights.py": f"""{TITLE}# %%
import sys

import lib

sys.audit("mechnotes.read", lib.__file__.replace("__init__.py", "weights.bin"))
""",
}


@pytest.fixture(autouse=True)
def package_in_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of the throw-away project may import mechnotes, installed or not."""
    monkeypatch.setenv("PYTHONPATH", str(HERE))


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """The project as a folder of its own."""
    made = Project(tmp_path / "project")
    for name, text in FILES.items():
        write(made, name, text)
    return made


@pytest.fixture
def executed(project: Project) -> Callable[[], list[str]]:
    """Bring the project's pages up to date; returns which of them were executed."""

    def refresh() -> list[str]:
        lines: list[str] = []
        lessons.refresh(project, Kernels(project, warm=()), needs=(), say=lines.append)
        return sorted(line.split()[1] for line in lines if line.startswith("ran "))

    return refresh


def write(project: Project, name: str, text: str) -> None:
    """Write one file of a project."""
    path = project.root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def page(*cells: str) -> str:
    """A page made of code cells."""
    return TITLE + "\n\n".join(f"# %%{cell}" for cell in cells) + "\n"
