"""Does a stored artifact still say what the code would compute today?

`inspect` compares an artifact with the code, the config and the inputs as they are now and names
one of four states. *Missing*: nothing there. *Corrupt*: half a pair, or a file that differs from
its checksum. *Stale*: whole, but made by other code, another config or other inputs. *Fresh*.
Library versions never make an artifact stale; `prerun.py check --versions` compares them.

Only the manifest and bytes are read; torch is not needed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from mechnotes._artifacts import files, results
from mechnotes.digests import file_digest, function_digest, shortened

Status = Literal["missing", "corrupt", "stale", "fresh"]

PACKAGE = Path(__file__).parents[1]


@dataclass(frozen=True)
class State:
    """How an artifact stands, and what was read to find out."""

    status: Status
    reason: str = ""
    """What is wrong, as a phrase; empty when fresh."""
    manifest: Mapping[str, Any] = field(default_factory=dict)
    weights: bytes = field(default=b"", repr=False)


def inspect(experiment: Any, case: str) -> State:
    """Judge the artifact of one case of an experiment."""
    where = files.place(experiment.experiment_name, case)
    if not where.manifest.exists() and not where.weights.exists():
        return State("missing", "it was never computed here")
    try:
        manifest = files.read_manifest(where.manifest)
        weights = where.weights.read_bytes()
    except FileNotFoundError as error:
        return State("corrupt", f"{Path(error.filename).name} is missing beside its other half")
    except ValueError as error:
        return State("corrupt", str(error))
    if shortened(weights) != manifest["weights"]["checksum"]:
        return State("corrupt", f"{where.weights.name} does not match its checksum")
    reason = _staleness(experiment, case, manifest)
    return State("stale" if reason else "fresh", reason, manifest, weights)


def _staleness(experiment: Any, case: str, manifest: Mapping[str, Any]) -> str:
    """Why an artifact is stale, or "" if it is fresh."""
    if manifest["config"] != results.plain(experiment.cases[case]):
        return "its config has changed"
    if manifest["digest"] != function_digest(experiment):
        return "its code has changed"
    changed = changed_inputs(manifest["inputs"])
    return f"what it read has changed ({', '.join(changed)})" if changed else ""


def changed_inputs(inputs: Mapping[str, str]) -> list[str]:
    """Names of the inputs whose content is no longer what a run read."""
    return [name for name, checksum in inputs.items() if _current(name) not in (checksum, None)]


def input_name(path: Path) -> str | None:
    """Name under which a file that a run reads is recorded; None if it needs no record.

    A name is relative to the artifacts ("artifacts/...") or to the package ("mechnotes/..."), so
    that it holds on every machine. A file elsewhere is recorded as "elsewhere/..." and cannot be
    compared later. The weights of an artifact are covered by its manifest.
    """
    full = path.resolve()
    for label, base in (("artifacts", files.folder().resolve()), ("mechnotes", PACKAGE)):
        if full.is_relative_to(base):
            inside = full.relative_to(base).as_posix()
            paired = label == "artifacts" and full.with_suffix(".json").exists()
            return None if paired and full.suffix == ".safetensors" else f"{label}/{inside}"
    return f"elsewhere/{full.name}"


def checksum(path: Path) -> str:
    """Checksum of what a run reads: an artifact's content, a file, or a folder of files."""
    if path.is_dir():
        inside = sorted(p for p in path.rglob("*") if p.is_file())
        lines = [f"{p.relative_to(path).as_posix()} {file_digest(p)}" for p in inside]
        return shortened("\n".join(lines).encode())
    if path.suffix == ".json" and path.resolve().is_relative_to(files.folder().resolve()):
        # Date and duration may change without any number changing.
        return files.read_manifest(path)["content"]
    return file_digest(path)


def _current(name: str) -> str | None:
    """Checksum that an input has today; "absent" if it is gone, None if nobody can know."""
    label, _, inside = name.partition("/")
    if label == "elsewhere":
        return None
    base = files.folder() if label == "artifacts" else PACKAGE
    try:
        return checksum(base / inside)
    except (OSError, ValueError):
        return "absent"
