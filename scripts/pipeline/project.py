"""Where the parts of a site project lie on disk.

Every function of the pipeline takes a `Project`, so tests run the same code on throw-away projects
in a temporary folder. Addresses of pages are *uris*: paths below `docs/` with forward slashes.
"""

import hashlib
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parents[2]
# The package is not installed where the site is only served, and a project may hold another of its
# name: this checkout goes first.
sys.path.insert(0, str(HERE))

from mechnotes import digests  # noqa: E402

_remembered: dict[tuple[str, int, int], str] = {}


@dataclass(frozen=True)
class Project:
    """A folder with `docs/`, code beside it, and two stores of page outputs."""

    root: Path

    @property
    def docs(self) -> Path:
        """The pages and their assets."""
        return self.root / "docs"

    @property
    def committed(self) -> Path:
        """One record a page, in version control: what a fresh clone serves."""
        return self.docs / ".outputs"

    @property
    def cache(self) -> Path:
        """Several records a page, on this machine only: what a branch switch finds again."""
        return self.root / ".cache" / "pages"

    def pages(self) -> list[str]:
        """Uris of all executable pages: every `.py` below `docs/`, hidden folders left out."""
        uris = (path.relative_to(self.docs) for path in self.docs.rglob("*.py"))
        shown = (uri for uri in uris if not any(part.startswith(".") for part in uri.parts))
        return sorted(uri.as_posix() for uri in shown)

    def owns(self, path: Path) -> bool:
        """Whether a page that reads this file depends on the project through it."""
        try:
            parts = path.resolve().relative_to(self.root.resolve()).parts
        except ValueError:
            return False
        skipped = {".venv", ".cache", ".git", "site", "__pycache__", ".outputs"}
        return bool(parts) and not skipped.intersection(parts)

    def code_state(self) -> str:
        """Digest of all code and data beside `docs/` that pages could reach."""
        paths = (path for path in self.root.glob("*/**/*") if path.is_file() and self.owns(path))
        uris = sorted(path.relative_to(self.root).as_posix() for path in paths)
        reached = [uri for uri in uris if uri.split("/")[0] not in {"docs", "tests"}]
        told = [f"{uri} {self.digest(uri)}" for uri in reached]
        return hashlib.sha256("\n".join(told).encode()).hexdigest()

    def digest(self, uri: str) -> str | None:
        """Digest of a file or folder below the root, None if it is gone; remembered by its stat."""
        path = self.root / uri
        if path.is_dir():
            names = sorted(p.relative_to(path).as_posix() for p in path.rglob("*.py"))
            return hashlib.sha256("\n".join(names).encode()).hexdigest()[:16]
        if not path.is_file():
            return None
        stat = path.stat()
        key = (str(path), stat.st_mtime_ns, stat.st_size)
        if key not in _remembered:
            _remembered[key] = _digest(path)
        return _remembered[key]


def _digest(path: Path) -> str:
    try:
        return digests.file_digest(path)
    except ValueError:  # an author in mid-edit: not Python at this moment
        return digests.shortened(path.read_bytes())
