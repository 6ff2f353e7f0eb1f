"""What a page said when it ran, what it had read by then, and where that is kept.

A record is fresh when the page's code key and the digest of every file it read are unchanged. The
committed store holds one record a page; the cache holds several, so that switching a branch back
and forth executes nothing. `said` is what two runs on one machine must reproduce byte for byte;
`run` holds the rest (seconds, date, versions).
"""

import hashlib
import json
import os
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from .project import Project
from .source import Page

FORM = 1
"""Counts up when records change their shape; those of another form are run again."""


@dataclass(frozen=True)
class Record:
    """Outputs of one execution of a page; `cells` holds a list of outputs per code cell."""

    page: str
    code: str
    reads: dict[str, str]
    cells: list[list[dict]]
    run: dict = field(default_factory=dict)
    form: int = FORM

    @property
    def said(self) -> str:
        """Everything but the circumstances, as JSON."""
        return json.dumps(asdict(replace(self, run={})), sort_keys=True, ensure_ascii=False)


def fresh(project: Project, page: Page) -> Record | None:
    """The record that still holds for this page, from the committed store or the cache.

    A page without code has nothing to run, so its empty record always holds.
    """
    if not page.code:
        return Record(page.uri, page.key, {}, [])
    for path in [committed_path(project, page.uri), *_cached(project, page.uri)]:
        record = load(path)
        if record and record.code == page.key and _unchanged(project, record):
            return record
    return None


def committed(project: Project, uri: str) -> Record | None:
    """The committed record, fresh or not."""
    return load(committed_path(project, uri))


def keep(project: Project, record: Record) -> None:
    """Put a record into this machine's cache; the oldest beyond eight a page go."""
    reads = json.dumps(record.reads, sort_keys=True).encode()
    name = f"{record.code}-{hashlib.sha256(reads).hexdigest()[:8]}.json"
    _write(_folder(project, record.page) / name, record)
    for path in _cached(project, record.page)[8:]:
        path.unlink(missing_ok=True)


def publish(project: Project, record: Record) -> bool:
    """Write a record to the committed store; False if the page says nothing new."""
    path = committed_path(project, record.page)
    before = load(path)
    if before and before.said == record.said:
        return False
    _write(path, record)
    return True


def load(path: Path) -> Record | None:
    """A record from its file; None if there is none, or none of today's form."""
    try:
        record = Record(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return record if record.form == FORM else None


def committed_path(project: Project, uri: str) -> Path:
    """Where the committed record of a page lies."""
    return (project.committed / uri).with_suffix(".json")


def _unchanged(project: Project, record: Record) -> bool:
    return all(project.digest(uri) == digest for uri, digest in record.reads.items())


def _folder(project: Project, uri: str) -> Path:
    return (project.cache / uri).with_suffix("")


def _cached(project: Project, uri: str) -> list[Path]:
    found = [(path.stat().st_mtime, path) for path in _folder(project, uri).glob("*.json")]
    return [path for _, path in sorted(found, reverse=True)]


def _write(path: Path, record: Record) -> None:
    """Write beside the target, then rename: a killed run leaves the old record or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}.part")
    part.write_text(_json(record), encoding="utf-8")
    part.replace(path)


def _json(record: Record) -> str:
    """JSON with one line for each part and each cell, so that a diff shows which cell changed."""
    told = asdict(record)
    cells = ",\n  ".join(json.dumps(cell, ensure_ascii=False) for cell in told.pop("cells"))
    parts = {name: json.dumps(value, ensure_ascii=False) for name, value in told.items()}
    lines = [f'"{name}": {text}' for name, text in parts.items()]
    return "{\n" + ",\n".join([*lines, f'"cells": [\n  {cells}\n]']) + "\n}\n"
