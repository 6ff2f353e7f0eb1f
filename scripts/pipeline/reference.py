"""One reference page for every public module of the package, found by walking its folder."""

import hashlib
from pathlib import Path

from .project import Project

PACKAGE = "mechnotes"


def modules(project: Project) -> list[str]:
    """Dotted names of public modules and packages, parents before children."""
    root = project.root / PACKAGE
    paths = sorted(root.rglob("*.py"), key=lambda path: path.relative_to(root).parts)
    names = [path.relative_to(project.root).with_suffix("").parts for path in paths]
    shown = [parts[:-1] if parts[-1] == "__init__" else parts for parts in names]
    public = {".".join(parts) for parts in shown if not any(p.startswith("_") for p in parts)}
    return sorted(public)


def uri(module: str) -> str:
    """Where a module's page lies below `docs/`."""
    parts = module.split(".")[1:]
    return "/".join(["reference", *(parts or ["index"])]) + ".md"


def markdown(module: str) -> str:
    """The page's whole Markdown."""
    matter = f"title: {module}\nsearch: {{boost: 0.3}}"  # a note comes before an API
    return f"---\n{matter}\n---\n\n::: {module}\n    options: {{heading_level: 1}}\n"


def path(project: Project, module: str) -> Path:
    """The file that holds a module."""
    stem = project.root.joinpath(*module.split("."))
    return stem / "__init__.py" if stem.is_dir() else stem.with_suffix(".py")


def sources(project: Project, module: str) -> str:
    """Digest of what the page of a module shows."""
    return hashlib.sha256(path(project, module).read_bytes()).hexdigest()


def state(project: Project) -> str:
    """Digest of the whole package's sources."""
    paths = sorted((project.root / PACKAGE).rglob("*.py"))
    told = [f"{path.relative_to(project.root)} {path.read_text('utf-8')}" for path in paths]
    return hashlib.sha256("\0".join(told).encode()).hexdigest()
