"""Is everything stored that should be, and nothing else?

`problems` is what `scripts/prerun.py check` prints: cases that are absent, stale or damaged, files
that belong to no case, files beyond the budget. A case of the published size that needs a GPU and
that nobody has run is not a problem: it is reported as *not run*.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mechnotes._artifacts import files, freshness, machine

TOTAL_BYTES = 48_000_000
"""Budget of all artifacts together."""

FILE_BYTES = 6_000_000
"""Budget of one file."""


@dataclass(frozen=True)
class Entry:
    """One declared case and how it stands."""

    experiment: Any
    case: str
    state: freshness.State

    def __str__(self) -> str:
        return f"{self.experiment.experiment_name} {self.case}"

    @property
    def may_be_absent(self) -> bool:
        """Whether nobody is expected to have run this case."""
        return self.experiment.device == "cuda" and self.experiment.scales[self.case] == "paper"


def entries(experiments: Sequence[Any]) -> list[Entry]:
    """Every declared case with its state."""
    return [
        Entry(experiment, case, freshness.inspect(experiment, case))
        for experiment in experiments
        for case in experiment.cases
    ]


def problems(declared: Sequence[Entry], *, compare_versions: bool = False) -> Iterator[str]:
    """What `check` complains about, one sentence each with its cure."""
    for entry in declared:
        status, reason = entry.state.status, entry.state.reason
        if files.place(entry.experiment.experiment_name, entry.case).pending_manifest.exists():
            yield f"{entry} was cut off while being stored. Run: {command(entry)}"
        if status == "fresh" or (status == "missing" and entry.may_be_absent):
            continue
        yield f"{entry} is {status}: {reason}. Run: {command(entry)}"
    if compare_versions:
        yield from _other_versions(declared)
    expected = _expected_files(declared)
    present = [path for path in sorted(files.folder().rglob("*")) if path.is_file()]
    for path in present:
        shown = path.relative_to(files.folder()).as_posix()
        if path not in expected:
            yield f"{shown} belongs to no declared case. Delete it, or declare its case"
        elif path.stat().st_size > FILE_BYTES:
            yield (
                f"{shown} has {_megabytes(path.stat().st_size)}, more than "
                f"{_megabytes(FILE_BYTES)}. Store half precision or less of it"
            )
    total = sum(path.stat().st_size for path in present)
    if total > TOTAL_BYTES:
        yield (
            f"all artifacts together have {_megabytes(total)}, more than "
            f"{_megabytes(TOTAL_BYTES)}. Store half precision or fewer checkpoints"
        )


def command(entry: Entry) -> str:
    """The command that computes a case."""
    return f"python scripts/prerun.py run {entry}"


def _expected_files(declared: Sequence[Entry]) -> set[Path]:
    """The files that declared cases may have, half-written ones included."""
    places = [files.place(entry.experiment.experiment_name, entry.case) for entry in declared]
    return {
        path
        for where in places
        for path in (
            where.weights,
            where.manifest,
            where.pending_weights,
            where.pending_manifest,
        )
    }


def _other_versions(declared: Sequence[Entry]) -> Iterator[str]:
    """Artifacts made with other library versions than those installed."""
    installed = machine.versions()
    for entry in declared:
        made_with = entry.state.manifest.get("versions", {})
        other = [
            f"{name} {version}, here {installed.get(name, 'none')}"
            for name, version in made_with.items()
            if installed.get(name) != version
        ]
        if other:
            yield f"{entry} was made with {'; '.join(other)}"


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.2f} MB"
