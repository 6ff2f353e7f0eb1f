"""The navigation, made from the folders: a topic is a note with the lessons of the same name.

`docs/notes/superposition.py` (or `.md`) and `docs/examples/superposition/*.py` make the topic
*Superposition*. Topics stand in the order of their notes' `order:`, lessons in the order of their
file names. `SHARED` names what belongs to all topics, as far as it exists.
"""

from pathlib import PurePosixPath

import yaml

from . import reference
from .project import Project

SHARED = ("scorecard.py", "glossary.md", "bibliography.md")


def navigation(project: Project) -> list:
    """MkDocs' `nav` for everything that exists."""
    home = [name for name in ("index.py", "index.md") if (project.docs / name).exists()]
    topics = [{_topic_name(note): [note, *_lessons(project, note)]} for note in _notes(project)]
    shared = [name for name in SHARED if (project.docs / name).exists()]
    across = [{"Across topics": shared}] if shared else []
    return [*home, *topics, *across, {"Reference": _reference(project)}]


def _notes(project: Project) -> list[str]:
    paths = [path for path in (project.docs / "notes").glob("*") if path.suffix in {".py", ".md"}]
    uris = {path.relative_to(project.docs).as_posix(): path for path in paths}
    return sorted(uris, key=lambda uri: (_order(uris[uri].read_text(encoding="utf-8")), uri))


def _order(text: str) -> float:
    """The `order:` of a note's front matter; notes without one come last."""
    lines = [line.removeprefix("# ") for line in text.split("\n")]
    if lines[0].strip("# ") != "---":
        return float("inf")
    end = next((i for i, line in enumerate(lines[1:], 1) if line.strip("# ") == "---"), 1)
    try:
        return float(yaml.safe_load("\n".join(lines[1:end]))["order"])
    except (yaml.YAMLError, KeyError, TypeError, ValueError):
        return float("inf")


def _topic_name(note: str) -> str:
    return PurePosixPath(note).stem.replace("-", " ").replace("_", " ").capitalize()


def _lessons(project: Project, note: str) -> list[str]:
    folder = f"examples/{PurePosixPath(note).stem}/"
    return [uri for uri in project.pages() if uri.startswith(folder)]


def _reference(project: Project) -> list:
    """Modules of a topic below the topic; single modules first."""
    names = reference.modules(project)
    packages = {name for name in names if any(other.startswith(f"{name}.") for other in names)}
    single = [name for name in names if _is_single(name, packages)]
    top: list = [{_last(name): reference.uri(name)} for name in single]
    for package in sorted(packages - {reference.PACKAGE}):
        inside = [name for name in names if name.rpartition(".")[0] == package]
        pages = [{_last(name): reference.uri(name)} for name in inside if name not in packages]
        called = package.removeprefix(f"{reference.PACKAGE}.")
        top.append({called: [{"overview": reference.uri(package)}, *pages]})
    return top


def _last(name: str) -> str:
    return name.rpartition(".")[2]


def _is_single(name: str, packages: set[str]) -> bool:
    return name == reference.PACKAGE or (name.count(".") == 1 and name not in packages)
