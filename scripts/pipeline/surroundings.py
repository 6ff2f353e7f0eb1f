"""What all renderings depend on besides the page itself, as digests.

A remembered rendering holds only while these stand: the configuration, this pipeline, the set of
pages that links may point at, the versions of whatever renders, and for whole pages our templates.
"""

import hashlib
import sys
from functools import cache
from importlib.metadata import version
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files

PACKAGES = (
    "griffelib",
    "markdown",
    "mkdocs",
    "mkdocs-autorefs",
    "mkdocs-material",
    "mkdocstrings",
    "mkdocstrings-python",
    "pygments",
    "pymdown-extensions",
)


def of_markdown(files: Files, config: MkDocsConfig) -> str:
    """Digest of what the rendering of Markdown depends on."""
    paths = [Path(config.config_file_path), *sorted(Path(__file__).parent.glob("*.py"))]
    said = [path.read_text(encoding="utf-8") for path in paths]
    said += sorted(file.src_uri for file in files)
    return _digest([*said, *_versions()])


def of_templates(config: MkDocsConfig) -> str:
    """Digest of what the rendering of whole pages depends on beyond that: address and templates."""
    folder = config.theme.custom_dir
    paths = sorted(path for path in Path(folder).rglob("*") if path.is_file()) if folder else []
    return _digest([str(config.site_url), *(path.read_bytes().hex() for path in paths)])


def _digest(said: list[str]) -> str:
    return hashlib.sha256("\0".join(said).encode()).hexdigest()


@cache
def _versions() -> tuple[str, ...]:
    return (sys.version, *(version(name) for name in PACKAGES))
