"""The navigation, made from the folders: a topic is a note with the lessons of the same name.

`docs/notes/superposition.py` and `docs/examples/superposition/*.py` make the topic *Superposition*.
Topics stand in the order of their notes' `order:`; lessons in the order of their file names. What
else lies at the top level comes in the order of `docs/`'s own front matter.
"""

from pathlib import PurePosixPath

from . import reference, source
from .project import Project

SHARED = ("scorecard.py", "glossary.md", "bibliography.md")


def navigation(project: Project) -> list:
    """MkDocs' `nav` for everything that exists."""
    topics = [{_topic_name(note): _topic(project, note)} for note in _notes(project)]
    shared = [name for name in SHARED if (project.docs / name).exists()]
    return ["index.py", *topics, {"Across topics": shared}, {"Reference": _reference(project)}]


def _notes(project: Project) -> list[str]:
    uris = [uri for uri in project.pages() if uri.startswith("notes/")]
    orders = {uri: source.read(project, uri).meta.get("order", 1000) for uri in uris}
    return sorted(uris, key=lambda uri: (orders[uri], uri))


def _topic_name(note: str) -> str:
    return PurePosixPath(note).stem.replace("-", " ").replace("_", " ").capitalize()


def _topic(project: Project, note: str) -> list[str]:
    folder = f"examples/{PurePosixPath(note).stem}/"
    return [note, *(uri for uri in project.pages() if uri.startswith(folder))]


def _reference(project: Project) -> list:
    """Modules of a topic below the topic; single modules first."""
    names = reference.modules(project)
    packages = {name for name in names if any(other.startswith(f"{name}.") for other in names)}
    top: list = [{name: reference.uri(name)} for name in names if _is_single(name, packages)]
    for package in sorted(packages - {reference.PACKAGE}):
        inside = [name for name in names if name == package or name.startswith(f"{package}.")]
        top.append({package: [{name: reference.uri(name)} for name in inside]})
    return top


def _is_single(name: str, packages: set[str]) -> bool:
    return name == reference.PACKAGE or (name.count(".") == 1 and name not in packages)
