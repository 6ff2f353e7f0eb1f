"""The executable pages of a site, brought up to date: read, run where stale, composed.

A page that cannot be shown as it should be keeps its prose and carries a `problem` in words for
its author; whether that is fatal is the caller's business (in a build it is, while serving not).
"""

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from . import compose, records, runner, source
from .kernels import Kernels
from .project import Project
from .records import Record
from .source import Page, PageError

Told = dict[str, Record | PageError]

_failures: dict[tuple[str, str], PageError] = {}
INSTALL = "python scripts/dev.py pages"
NEEDS = ("torch",)


@dataclass(frozen=True)
class Lesson:
    """One executable page, ready to show."""

    uri: str
    page: Page | None
    record: Record | None
    composed: compose.Composed
    problem: str = ""


def refresh(
    project: Project,
    kernels: Kernels,
    *,
    needs: tuple[str, ...] = NEEDS,
    say: Callable[[str], None] = lambda _: None,
) -> dict[str, Lesson]:
    """Read every page, execute those without a fresh record, and compose them all.

    Args:
        project: Where the pages are.
        kernels: Where kernels come from.
        needs: Packages without which no page is executed.
        say: Told once per executed page.
    """
    pages: dict[str, Page] = {}
    told: Told = {}
    for uri in project.pages():
        try:
            pages[uri] = source.read(project, uri)
        except PageError as error:
            told[uri] = error
    found = {uri: records.fresh(project, page) for uri, page in pages.items()}
    told |= {uri: record for uri, record in found.items() if record}
    stale = [page for uri, page in pages.items() if not found[uri]]
    if absent := missing(needs):
        told |= {page.uri: _cannot_run(project, page.uri, absent) for page in stale}
    else:
        told |= _run_unless_known(project, stale, kernels, say)
    return {uri: _lesson(uri, pages.get(uri), told[uri]) for uri in sorted(told)}


def missing(needs: tuple[str, ...] = NEEDS) -> list[str]:
    """Which of these packages are not installed here; pages run only if none is missing."""
    return [name for name in needs if importlib.util.find_spec(name) is None]


def run(
    project: Project, pages: list[Page], kernels: Kernels, *, say: Callable[[str], None]
) -> Told:
    """Execute pages side by side and keep what they said in this machine's cache."""
    results: Told = {}

    def done(page: Page, result: Record | PageError) -> None:
        results[page.uri] = result
        if isinstance(result, Record):
            records.keep(project, result)
            say(f"ran {page.uri} in {result.run['seconds']} s")
        else:
            say(f"{result}".split("\n")[0])

    runner.execute_all(project, pages, kernels, done=done)
    return results


def _run_unless_known(project: Project, stale: list[Page], kernels: Kernels, say: Callable) -> Told:
    """Run pages, but not one that failed before and has nothing changed that could cure it."""
    if not stale:
        return {}
    state = project.code_state()
    known = {page.uri: _failures.get((page.key, state)) for page in stale}
    told: Told = {uri: error for uri, error in known.items() if error}
    told = told | run(project, [page for page in stale if not known[page.uri]], kernels, say=say)
    for page in stale:
        if isinstance(result := told[page.uri], PageError):
            _failures[page.key, state] = result
    return told


def _cannot_run(project: Project, uri: str, absent: list[str]) -> PageError:
    names = ", ".join(absent)
    changed = "its code has changed since its outputs were recorded"
    why = changed if records.committed(project, uri) else "it has never been run"
    return PageError(
        uri,
        f"{why}, and {names} is not installed here. "
        f"`{INSTALL}` installs the rest and runs this page.",
    )


def _lesson(uri: str, page: Page | None, told: Record | PageError) -> Lesson:
    record = told if isinstance(told, Record) else None
    problem = told.message if isinstance(told, PageError) else ""
    if page is None:
        empty = compose.Composed(f"# {Path(uri).stem}\n", {})
        return Lesson(uri, None, None, empty, problem)
    try:
        return Lesson(uri, page, record, compose.compose(page, record), problem)
    except PageError as error:
        return Lesson(uri, page, None, compose.compose(page, None), error.message)
