"""The virtual environment: made once, kept in step with the requirement files, mended if broken.

Two levels. `SITE` serves and builds the site from committed outputs: every version is pinned,
dependencies of dependencies included, so nothing has to be resolved and torch is not needed. `DEV`
adds the package, torch and the tools. A stamp in `.venv` holds the digest of what was installed; as
long as it agrees, a call costs milliseconds. It is removed before an installation starts, so one
that was cut off is seen and mended by the next call.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

from . import packages

ROOT = Path(__file__).resolve().parents[2]
OLDEST = (3, 11)
TORCH_INDEX = "MECHNOTES_TORCH_INDEX"


class SetupError(Exception):
    """Something that the user can mend; the message says how."""


@dataclass(frozen=True)
class Place:
    """A checkout: where its requirement files and its environment lie."""

    root: Path = ROOT

    @property
    def venv(self) -> Path:
        """The environment's folder."""
        return self.root / ".venv"

    @property
    def python(self) -> Path:
        """The environment's interpreter."""
        return self.venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    @property
    def site(self) -> Path:
        """What serving needs, with every version."""
        return self.root / "requirements" / "site.txt"

    @property
    def constraints(self) -> Path:
        """The tested versions of everything."""
        return self.root / "requirements" / "constraints.txt"


@dataclass(frozen=True)
class Level:
    """One state of the environment."""

    name: str
    """Part of the stamp's file name."""
    announce: str
    """What the user reads while waiting."""


SITE = Level("site", "Installing what serves the site (about 80 small packages, no torch)")
DEV = Level("dev", "Installing the package, torch and the tools (minutes on the first call)")


def digest(place: Place, level: Level) -> str:
    """Changes exactly when the level has to be installed again."""
    content = place.site.read_bytes()
    if level is DEV:
        declared = tomllib.loads((place.root / "pyproject.toml").read_text("utf-8"))
        relevant = {name: declared.get(name) for name in ("project", "build-system")}
        content += place.constraints.read_bytes() + json.dumps(relevant, sort_keys=True).encode()
    return hashlib.sha256(content).hexdigest()[:16]


def stamp(place: Place, level: Level) -> Path:
    """The file that says what is installed."""
    return place.venv / f"mechnotes-{level.name}.stamp"


def fresh(place: Place, level: Level) -> bool:
    """Whether the environment holds what the requirement files ask for."""
    written = stamp(place, level)
    if not (place.python.exists() and written.exists()):
        return False
    return written.read_text("utf-8") == digest(place, level)


def ensure(place: Place, level: Level, *, again: bool = False) -> None:
    """Bring the environment to a level; returns at once if it is there and not asked `again`.

    Raises:
        SetupError: If the environment cannot be made or a package cannot be installed.
    """
    if fresh(place, level) and not again:
        return
    if not (starts(place) and can_install(place)):
        create(place)
    for other in (SITE, DEV):
        stamp(place, other).unlink(missing_ok=True)
    for broken in packages.unfinished(packages.folder(place.venv)):
        shutil.rmtree(broken)
    sys.stdout.write(f"{level.announce} ...\n")
    sys.stdout.flush()
    for arguments in requests(place, level):
        install(place, arguments)
    for reached in (SITE, DEV) if level is DEV else (SITE,):
        partial = stamp(place, reached).with_suffix(".part")
        partial.write_text(digest(place, reached), "utf-8")
        partial.replace(stamp(place, reached))


def starts(place: Place) -> bool:
    """Whether `.venv` has a Python that starts and is new enough."""
    question = f"import sys; sys.exit(sys.version_info < {OLDEST})"
    try:
        answer = subprocess.run([place.python, "-c", question], capture_output=True, check=False)
    except OSError:
        return False
    return answer.returncode == 0


def can_install(place: Place) -> bool:
    """Whether there is uv, or a whole pip in `.venv`."""
    return shutil.which("uv") is not None or packages.has_pip(packages.folder(place.venv))


def create(place: Place) -> None:
    """Make `.venv` afresh."""
    if uv := shutil.which("uv"):
        command = [uv, "venv", "--quiet", "--python", sys.executable, str(place.venv)]
    else:
        command = [sys.executable, "-m", "venv", "--clear", str(place.venv)]
    made = subprocess.run(
        command,
        env=os.environ | {"UV_VENV_CLEAR": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if made.returncode != 0:
        raise SetupError(
            f"{made.stdout.strip()}\n\nThe environment {place.venv} could not be made. On Debian "
            "and Ubuntu: sudo apt install python3-venv. Anywhere: install uv and call again."
        )


def requests(place: Place, level: Level) -> list[list[str]]:
    """The arguments of one `pip install` after another."""
    site = ["--requirement", str(place.site)]
    if level is SITE:
        return [["--quiet", "--no-deps", *site]]
    limits = ["--constraint", str(place.constraints)]
    everything = [*limits, *site, "--editable", f"{place.root}[dev]"]
    if index := os.environ.get(TORCH_INDEX):
        torch = packages.pins(place.constraints)["torch"][0]
        return [["--no-deps", "--index-url", index, f"torch=={torch}"], everything]
    return [everything]


def install(place: Place, arguments: list[str]) -> None:
    """Call uv if there is one, otherwise the environment's pip.

    Raises:
        SetupError: If the installation fails.
    """
    if uv := shutil.which("uv"):
        command = [uv, "pip", "install", "--python", str(place.python)]
    else:
        plain = ["--disable-pip-version-check", "--no-input", "--no-compile", "--prefer-binary"]
        command = [str(place.python), "-m", "pip", "install", *plain]
    if subprocess.run([*command, *arguments], check=False).returncode != 0:
        raise SetupError(
            "The installation failed; the reason stands above (often: no network, or a full disk)."
            "\nMend it and call again: what is already installed is kept."
        )
