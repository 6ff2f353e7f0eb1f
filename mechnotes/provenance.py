"""Where does a stored number come from?

Every cached result carries a `Provenance`: the experiment and its full configuration, the digest of
the code that ran, the machine, how long it took and when. `str()` is the one line that stands under
a figure; in a page the object shows that line, with the rest folded below it.

A provenance is read from the manifest beside an artifact, which is plain JSON, so the site's tools
can show it on a machine without torch.
"""

import html
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from mechnotes import validate


@dataclass(frozen=True, kw_only=True, slots=True)
class Provenance:
    """What is known about the run that made a result."""

    experiment: str
    """Name of the experiment, for example superposition.training.train."""
    case: str
    """Name of its case."""
    config: Mapping[str, Any]
    """The case's configuration as plain JSON values."""
    seeds: tuple[int, ...]
    """Every seed in the configuration."""
    digest: str
    """Digest of the code, see `mechnotes.digests.function_digest`; 16 hexadecimal digits."""
    renewed_from: tuple[str, ...]
    """Earlier digests, oldest first, whose stored steps the code of `digest` repeated."""
    commit: str
    """Git commit that was checked out, "unknown" outside a repository."""
    device: str
    """CPU, or the name of the GPU."""
    threads: int
    """CPU threads that torch used."""
    versions: Mapping[str, str]
    """Versions of Python and of the libraries."""
    seconds: float
    """Time the computation took, all its interrupted parts together."""
    peak_memory_mb: float
    """Largest memory of the process, or of the GPU, in megabytes."""
    date: str
    """Day and time of the end of the run, ISO 8601, UTC."""
    scale: str
    """"paper" for the published size, "reduced" for a smaller one."""
    inputs: Mapping[str, str]
    """Checksum of each artifact or file that the run read."""

    @classmethod
    def from_manifest(cls, manifest: Mapping[str, Any]) -> "Provenance":
        """Take the provenance out of an artifact's manifest.

        Args:
            manifest: The parsed JSON file beside the artifact.

        Raises:
            ValueError: If an entry is absent.
        """
        names = [field.name for field in fields(cls)]
        absent = [n for n in names if not isinstance(manifest, Mapping) or n not in manifest]
        if absent:
            validate.refuse(
                "manifest",
                got=f"a {type(manifest).__name__} without {', '.join(absent)}",
                expected="the JSON object beside an artifact",
                fix="Read it with json.loads; if the file is damaged, run prerun.py check.",
            )
        values = {name: manifest[name] for name in names}
        for name in ("seeds", "renewed_from"):
            values[name] = tuple(values[name])
        return cls(**values)

    def __str__(self) -> str:
        noun = "thread" if self.threads == 1 else "threads"
        return (
            f"{self.device}, {self.threads} {noun}, {_duration(self.seconds)}, {self.date[:10]}, "
            f"scale {self.scale}, code {self.digest[:8]}"
        )

    def _repr_html_(self) -> str:
        rows = "".join(
            f'<tr><th scope="row">{_words(field.name)}</th>'
            f"<td>{_cell(getattr(self, field.name))}</td></tr>"
            for field in fields(self)
        )
        return (
            f'<div class="mn-provenance"><details><summary>{html.escape(str(self))}</summary>'
            f"<table><caption>How this result was computed</caption>{rows}</table>"
            "</details></div>"
        )


def _duration(seconds: float) -> str:
    """`231 s`, or `0.4 s` for a short run."""
    return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.1f} s"


def _words(name: str) -> str:
    """`peak memory (MB)` for `peak_memory_mb`."""
    return name.replace("_mb", " (MB)").replace("_", " ")


def _cell(value: object) -> str:
    """One value of the table as HTML."""
    if isinstance(value, Mapping):
        return "<br>".join(
            f"{html.escape(str(k))}: {html.escape(str(v))}" for k, v in value.items()
        )
    if isinstance(value, tuple):
        return html.escape(", ".join(str(item) for item in value)) or "none"
    return html.escape(str(value)) or "none"
