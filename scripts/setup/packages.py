"""What is installed in an environment, read from its files and without starting it.

A package's `RECORD` lists its files with their sizes and is written last. One that is missing, or
that names a file which is absent or shorter, marks an installation that was cut off in the middle.
pip would take such a package for installed; removing its `.dist-info` makes pip install it again.
"""

import csv
import re
from importlib import metadata
from pathlib import Path

PIN = re.compile(r"^([A-Za-z0-9][\w.-]*)==([^\s;]+)", re.M)


def canonical(name: str) -> str:
    """The one spelling of a package's name: lower case with dashes."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(requirements: Path) -> dict[str, list[str]]:
    """Pinned versions by package; several where they depend on the system or on Python."""
    found: dict[str, list[str]] = {}
    for name, version in PIN.findall(requirements.read_text("utf-8")):
        found.setdefault(canonical(name), []).append(version)
    return found


def conditional(requirements: Path) -> set[str]:
    """Packages that only some systems or Pythons need: those with a marker after `;`."""
    lines = requirements.read_text("utf-8").splitlines()
    return {canonical(line.split("==")[0]) for line in lines if "==" in line and ";" in line}


def folder(venv: Path) -> Path:
    """Where an environment keeps its packages (need not exist yet)."""
    candidates = [*venv.glob("lib/python3*/site-packages"), venv / "Lib" / "site-packages"]
    return candidates[0]


def installed(site_packages: Path) -> dict[str, str]:
    """Versions of all installed packages."""
    found = metadata.distributions(path=[str(site_packages)])
    return {canonical(one.metadata["Name"]): one.version for one in found if one.metadata["Name"]}


def unfinished(site_packages: Path) -> list[Path]:
    """The `.dist-info` folders of packages that are not whole."""
    folders = sorted(site_packages.glob("*.dist-info"))
    return [info for info in folders if not _whole(info)]


def has_pip(site_packages: Path) -> bool:
    """Whether pip is there and whole."""
    folders = list(site_packages.glob("pip-*.dist-info"))
    return bool(folders) and all(_whole(info) for info in folders)


def _whole(info: Path) -> bool:
    record = info / "RECORD"
    if not (record.is_file() and (info / "METADATA").is_file()):
        return False
    with record.open(newline="", encoding="utf-8") as lines:
        return all(_present(info.parent / row[0], row[2]) for row in csv.reader(lines) if row)


def _present(file: Path, size: str) -> bool:
    if not size:  # compiled files and the record itself are listed without one
        return True
    return file.is_file() and file.stat().st_size == int(size)
