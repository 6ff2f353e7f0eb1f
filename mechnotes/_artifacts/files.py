"""Where does an artifact lie, and how is it written so that no moment can lose it?

An artifact is two files, `<experiment>/<case>.safetensors` with the tensors and `<case>.json` with
everything else (the manifest), under `mechnotes/artifacts` or the folder in MECHNOTES_ARTIFACTS.

`store` writes both beside their final places, forces them to the disk and only then renames them,
weights first. A crash before the renames leaves the old artifact whole. A crash between them leaves
new weights under an old manifest, which reads as corrupt, and a complete pending manifest beside
them, from which `finish_interrupted` completes the pair. Nothing here needs torch.
"""

import contextlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mechnotes.digests import shortened

FORMAT = 1
"""Version of the manifest's layout."""


@dataclass(frozen=True)
class Place:
    """The files of one artifact."""

    weights: Path
    manifest: Path

    @property
    def pending_weights(self) -> Path:
        """The weights while they are being written; ignored by every reader."""
        return self.weights.with_name(f".{self.weights.name}.pending")

    @property
    def pending_manifest(self) -> Path:
        """The manifest while it is being written; ignored by every reader."""
        return self.manifest.with_name(f".{self.manifest.name}.pending")


def folder() -> Path:
    """The folder that holds all artifacts."""
    chosen = os.environ.get("MECHNOTES_ARTIFACTS")
    return Path(chosen) if chosen else Path(__file__).parents[1] / "artifacts"


def place(experiment_name: str, case: str) -> Place:
    """The files of one case of one experiment."""
    home = folder() / experiment_name
    return Place(home / f"{case}.safetensors", home / f"{case}.json")


def sealed(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of a manifest with its own checksum."""
    entries = {key: value for key, value in manifest.items() if key != "checksum"}
    exact = json.dumps(entries, sort_keys=True, allow_nan=False)
    return {**entries, "checksum": shortened(exact.encode())}


def read_manifest(path: Path) -> dict[str, Any]:
    """Read a manifest and check its seal.

    Raises:
        FileNotFoundError: If there is none.
        ValueError: If it is damaged or of another format, with the reason.
    """
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ValueError(f"the manifest is not valid JSON ({error})") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise ValueError(f"the manifest is not of format {FORMAT}")
    if manifest.get("checksum") != sealed(manifest)["checksum"]:
        raise ValueError("the manifest does not match its own checksum")
    return manifest


def write_atomically(path: Path, content: bytes) -> None:
    """Replace a file's content; at every moment the path holds the old content or the new.

    Raises:
        OSError: If the content cannot be written, for example because the disk is full. The old
            file is then untouched and no partial one is left behind.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # One fixed name, so that what a kill leaves behind is overwritten by the next attempt.
    partial = path.with_name(f".{path.name}.partial")
    try:
        _write_through(partial, content)
        partial.replace(path)
    except OSError:
        partial.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def store(where: Place, *, manifest: Mapping[str, Any], weights: bytes) -> None:
    """Write an artifact's two files, weights first.

    Raises:
        OSError: If they cannot be written. The artifact that was there is then untouched.
    """
    where.weights.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(sealed(manifest), indent=1, allow_nan=False) + "\n"
    try:
        _write_through(where.pending_weights, weights)
        _write_through(where.pending_manifest, text.encode())
    except OSError:
        where.pending_weights.unlink(missing_ok=True)
        where.pending_manifest.unlink(missing_ok=True)
        raise
    _sync_folder(where.weights.parent)
    where.pending_weights.replace(where.weights)
    where.pending_manifest.replace(where.manifest)
    _sync_folder(where.weights.parent)


def finish_interrupted(where: Place) -> bool:
    """Complete a `store` that was cut off, if both files had been written; else clean up.

    Returns:
        Whether a finished result was put in its place.
    """
    finished = _finished_weights(where)
    if finished is not None:
        finished.replace(where.weights)
        where.pending_manifest.replace(where.manifest)
        _sync_folder(where.weights.parent)
    else:
        where.pending_manifest.unlink(missing_ok=True)
    where.pending_weights.unlink(missing_ok=True)
    return finished is not None


def _finished_weights(where: Place) -> Path | None:
    """The file with the weights that a complete pending manifest describes, if both exist."""
    with contextlib.suppress(FileNotFoundError, ValueError):
        expected = read_manifest(where.pending_manifest)["weights"]["checksum"]
        for candidate in (where.pending_weights, where.weights):
            if candidate.is_file() and shortened(candidate.read_bytes()) == expected:
                return candidate
    return None


def _write_through(path: Path, content: bytes) -> None:
    """Write a file and wait until the disk has it."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(path: Path) -> None:
    """Wait until the disk has a folder's names; a rename is only then safe from a power cut."""
    if os.name == "nt":  # Windows cannot open a folder
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
