"""Runs a page from its first cell to its last in a fresh kernel and records what it said.

A cell that raises, hangs, kills its kernel, writes into `docs/`, or prints something that would
differ on the next run (an address, a path of this machine) makes a `PageError` that names the cell.
"""

import re
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from . import attachments, figures, wellformed
from .kernels import ENVIRONMENT, Kernel, KernelDied, Kernels
from .project import Project
from .records import Record
from .source import Page, PageError

CELL_SECONDS = 120
FIGURE = "application/x-mechnotes-figure"
ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,}\b")
PLACE = re.compile(r"(?:^|[\s'\"(=])((?:/(?:home|root|tmp|Users|var)/|[A-Z]:\\Users\\)\S*)")


def execute(
    project: Project, page: Page, kernels: Kernels, *, cell_seconds: float = CELL_SECONDS
) -> Record:
    """Run every code cell of a page.

    Raises:
        PageError: If a cell fails or prints what no second run could repeat.
    """
    start, began = time.monotonic(), time.time()
    try:
        kernel = kernels.take()
    except (RuntimeError, OSError) as error:
        raise PageError(page.uri, f"no kernel started: {error}") from error
    try:
        cells = [
            _run_cell(project, page, kernel, number, cell_seconds)
            for number in range(len(page.code))
        ]
        report = kernel.report()
    except KernelDied as error:
        raise PageError(page.uri, f"after its last cell: {error}") from error
    finally:
        kernel.stop()
    run = {
        "seconds": round(time.monotonic() - start, 1),
        "date": datetime.now(UTC).date().isoformat(),
        "threads": int(ENVIRONMENT["OMP_NUM_THREADS"]),
        "versions": {"python": sys.version.split()[0], **report["versions"]},
    }
    return Record(page.uri, page.key, _reads(project, report["read"], began), cells, run)


def execute_all(
    project: Project, pages: list[Page], kernels: Kernels, *, done: Callable, workers: int = 2
) -> None:
    """Run pages side by side; `done(page, record_or_error)` is called for each, in its thread."""

    def one(page: Page) -> None:
        try:
            done(page, execute(project, page, kernels))
        except PageError as error:
            done(page, error)

    with ThreadPoolExecutor(workers) as pool:
        for result in [pool.submit(one, page) for page in pages]:
            result.result()


def _reads(project: Project, paths: list[str], began: float) -> dict[str, str]:
    """Digest of each project file that was read; a file edited meanwhile gets none that holds."""
    inside = {Path(path).resolve() for path in paths if project.owns(Path(path))}
    found = {path: path.relative_to(project.root.resolve()).as_posix() for path in sorted(inside)}
    edited = {uri for path, uri in found.items() if path.exists() and path.stat().st_mtime > began}
    told = {uri: digest for uri in found.values() if (digest := project.digest(uri))}
    return told | dict.fromkeys(edited, "edited while the page ran")


def _run_cell(
    project: Project, page: Page, kernel: Kernel, number: int, seconds: float
) -> list[dict]:
    outputs: list[dict] = []
    name = f"code cell {number + 1}"
    try:
        reply = kernel.run(
            page.code[number].source,
            timeout=seconds,
            show=lambda kind, content: _add(outputs, kind, content),
        )
    except (TimeoutError, KernelDied) as error:
        raise PageError(page.uri, f"{name}: {error}") from error
    if reply["status"] != "ok":
        trace = wellformed.ESCAPES.sub("", "\n".join(reply.get("traceback", ())))
        said = reply["evalue"] or _failing_line(trace)
        raise PageError(page.uri, f"{name} raised {reply['ename']}: {said}\n\n{trace}")
    for output in outputs:
        if output["kind"] == "text":
            output["text"] = wellformed.plain(output["text"])
        if reason := wellformed.problem(output):
            raise PageError(page.uri, f"{name} {reason}")
        _must_repeat(project, page, name, output)
    return outputs


def _failing_line(trace: str) -> str:
    """The line of the cell that raised without a word, as a bare assert does."""
    marked = [line for line in trace.split("\n") if line.startswith("---->")]
    return marked[0].partition(" ")[2].lstrip(" 0123456789") if marked else ""


def _add(outputs: list[dict], kind: str, content: dict) -> None:
    """Translate one Jupyter message to an output of ours; stderr is for the log, not the page."""
    if kind == "stream" and content["name"] == "stdout":
        if outputs and outputs[-1]["kind"] == "text":
            outputs[-1]["text"] += content["text"]
        else:
            outputs.append({"kind": "text", "text": content["text"]})
    elif kind in {"display_data", "execute_result"}:
        data = content["data"]
        if FIGURE in data:
            outputs.append({"kind": "figure", **figures.kept(data[FIGURE])})
        elif "text/markdown" in data:
            outputs.append({"kind": "markdown", "text": data["text/markdown"]})
        elif "text/html" in data:
            files = {"files": data[attachments.MIME]} if attachments.MIME in data else {}
            outputs.append({"kind": "html", "text": data["text/html"], **files})
        else:
            outputs.append({"kind": "text", "text": data.get("text/plain", "") + "\n"})


def _must_repeat(project: Project, page: Page, name: str, output: dict) -> None:
    for text in (output.get("text", ""), *output.get("files", {}).values()):
        if found := ADDRESS.search(text):
            raise PageError(page.uri, f"{name} prints a memory address ({found[0]})")
        if str(project.root) in text:
            raise PageError(page.uri, f"{name} prints a path of this machine ({project.root})")
        if found := PLACE.search(text):
            raise PageError(page.uri, f"{name} prints a path of this machine ({found[1]})")
