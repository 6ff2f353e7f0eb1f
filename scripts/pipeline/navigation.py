"""The navigation, made from the folders: a topic is a note with the lessons of the same name.

`docs/notes/superposition.py` (or `.md`) and `docs/examples/superposition/*.py` make the topic
*Superposition*. Topics stand in the order of their notes' `order:`, lessons in the order of their
file names. Topics whose notes name the same `group:` share a tab, which stands where the first of
them does. `SHARED` names what belongs to all topics, as far as it exists.
"""

from pathlib import PurePosixPath

import yaml

from . import reference
from .project import Project

SHARED = ("scorecard.py", "glossary.md", "bibliography.md")


def navigation(project: Project) -> list:
    """MkDocs' `nav` for everything that exists."""
    home = [name for name in ("index.py", "index.md") if (project.docs / name).exists()]
    topics = _grouped({note: _topic(project, note) for note in _notes(project)}, project)
    shared = [name for name in SHARED if (project.docs / name).exists()]
    across = [{"Across topics": shared}] if shared else []
    return [*home, *topics, *across, {"Reference": _reference(project)}]


def _topic(project: Project, note: str) -> dict:
    return {_topic_name(note): [note, *_lessons(project, note)]}


def _grouped(topics: dict[str, dict], project: Project) -> list[dict]:
    """Topics in their order, those of a group together."""
    found: dict[str, list[dict]] = {}
    for note, topic in topics.items():
        found.setdefault(str(_said(project, note).get("group", note)), []).append(topic)
    return [inside[0] if name in topics else {name: inside} for name, inside in found.items()]


def _notes(project: Project) -> list[str]:
    paths = [path for path in (project.docs / "notes").glob("*") if path.suffix in {".py", ".md"}]
    uris = [path.relative_to(project.docs).as_posix() for path in paths]
    return sorted(uris, key=lambda uri: (_order(_said(project, uri)), uri))


def _order(said: dict) -> float:
    """The `order:` of a note; notes without one come last."""
    try:
        return float(said["order"])
    except (KeyError, TypeError, ValueError):
        return float("inf")


def _said(project: Project, note: str) -> dict:
    """A note's front matter; empty if there is none, or none that can be read."""
    text = (project.docs / note).read_text(encoding="utf-8")
    lines = [line.removeprefix("# ") for line in text.split("\n")]
    if lines[0].strip("# ") != "---":
        return {}
    end = next((i for i, line in enumerate(lines[1:], 1) if line.strip("# ") == "---"), 1)
    try:
        said = yaml.safe_load("\n".join(lines[1:end]))
    except yaml.YAMLError:
        return {}
    return said if isinstance(said, dict) else {}


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
