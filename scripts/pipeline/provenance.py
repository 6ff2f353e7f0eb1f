"""The card at a page's end: where its numbers come from.

It says when and how the page ran, which project files it reached, and for each artifact that it
loaded, what the artifact's manifest says. Manifests are plain JSON, so no part of the package is
imported.
"""

import html
import json

from .project import Project
from .records import Record

ARTIFACTS = "mechnotes/artifacts/"


def card(project: Project, record: Record | None) -> str:
    """One line of HTML, empty for a page that has not run."""
    if record is None or not record.run:
        return ""
    run = record.run
    torch = run["versions"].get("torch")
    with_torch = f", torch {torch}" if torch else ""
    line = f"Ran on {run['date']} in {run['seconds']} s, one thread{with_torch}"
    files = [uri for uri in record.reads if not uri.startswith(ARTIFACTS)]
    rows = "".join(f"<li><code>{uri}</code> {record.reads[uri]}</li>" for uri in files)
    cached = "".join(_artifact(project, uri) for uri in _manifests(record))
    body = f"{cached}<p>Reads these files; the number is the digest of each:</p><ul>{rows}</ul>"
    return (
        '<aside class="mn-provenance" data-search-exclude aria-label="Provenance">'
        f"<details><summary>{line}</summary>{body}</details></aside>"
    )


def _manifests(record: Record) -> list[str]:
    return [uri for uri in record.reads if uri.startswith(ARTIFACTS) and uri.endswith(".json")]


def _artifact(project: Project, uri: str) -> str:
    try:
        told = json.loads((project.root / uri).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""
    name = uri.removeprefix(ARTIFACTS).removesuffix(".json").replace("/", ", case ")
    words = ("device", "threads", "seconds", "peak_memory_mb", "date", "scale", "digest", "seeds")
    facts = ", ".join(f"{word.replace('_', ' ')} {told[word]}" for word in words if word in told)
    config = html.escape(json.dumps(told.get("config", {})), quote=False)
    return f"<p>Cached: <code>{name}</code>: {facts}</p><pre tabindex='0'>{config}</pre>"
