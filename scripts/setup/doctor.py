"""Says what is missing or of the wrong version on this machine, and how to mend it.

Each examination returns one finding. *wrong* means that a command will fail until it is mended and
makes the exit status 1; *optional* means that only some commands need it.
"""

import os
import platform
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Literal

from . import browser, environment, packages, ranges
from .environment import DEV, SITE, Place

SERVE = "python scripts/dev.py serve"
INSTALL = "python scripts/dev.py install"
TORCH_PACKAGES = ("torch", "transformer-lens", "sae-lens")


@dataclass(frozen=True)
class Finding:
    """What one examination says."""

    name: str
    state: Literal["ok", "optional", "wrong"]
    found: str
    mend: str = ""
    """The command or the act that cures it; empty if nothing has to be done."""
    details: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return asdict(self)


def python(place: Place) -> Finding:  # noqa: ARG001
    """The Python that runs this, and the system below it."""
    return Finding("python", "ok", f"{platform.python_version()} on {platform.platform()}")


def virtual_environment(place: Place) -> Finding:
    """Whether `.venv` exists, starts and agrees with the requirement files."""
    name = "environment"
    if not place.venv.exists():
        return Finding(name, "wrong", "no .venv yet", SERVE)
    if not environment.starts(place):
        return Finding(name, "wrong", ".venv has no Python that starts", SERVE)
    levels = [level.name for level in (SITE, DEV) if environment.fresh(place, level)]
    if SITE.name not in levels:
        return Finding(name, "wrong", "requirement files changed since, or cut off", SERVE)
    return Finding(name, "ok", f"installed: {', '.join(levels)}")


def whole_packages(place: Place) -> Finding:
    """Packages whose installation was cut off, or whose files were changed by hand."""
    site = packages.folder(place.venv)
    broken = [info.name for info in packages.unfinished(site)]
    if not packages.installed(site):
        return Finding("packages", "wrong", "none yet", SERVE)
    if not broken:
        return Finding("packages", "ok", "all files are there")
    return Finding("packages", "wrong", f"{len(broken)} incomplete", _again(place), broken)


def site_packages(place: Place) -> Finding:
    """What serves the site, against the versions in `requirements/site.txt`."""
    name = "site packages"
    have = packages.installed(packages.folder(place.venv))
    if "mkdocs" not in have:
        return Finding(name, "wrong", "not installed", SERVE)
    wanted = packages.pins(place.site)
    conditional = packages.conditional(place.site)
    details = [
        f"{package} {have.get(package, 'missing')}, wanted {' or '.join(versions)}"
        for package, versions in wanted.items()
        if have.get(package) not in versions
        and not (package in conditional and package not in have)
    ]
    if details:
        return Finding(name, "wrong", f"{len(details)} differ", _again(place), details)
    return Finding(name, "ok", f"{len(wanted)} as pinned")


def torch(place: Place) -> Finding:
    """Which build of torch is there; the site is served without it."""
    site = packages.folder(place.venv)
    version = packages.installed(site).get("torch")
    if version is None:
        return Finding("torch", "optional", "missing; only serve and build work without", INSTALL)
    cuda = any(site.glob("nvidia_cublas*.dist-info")) or "+cu" in version
    return Finding("torch", "ok", f"{version} ({'CUDA' if cuda else 'CPU'} build)")


def declared_ranges(place: Place) -> Finding:
    """Everything that the package declares, against the ranges in `pyproject.toml`."""
    have = packages.installed(packages.folder(place.venv))
    if not any(name in have for name in TORCH_PACKAGES):
        return Finding("package and tools", "optional", "not installed", INSTALL)
    tested = packages.pins(place.constraints)
    details = ranges.outside(place.root / "pyproject.toml", have, tested)
    if details:
        unfit = f"{len(details)} unfit"
        return Finding("package and tools", "wrong", unfit, _again(place), details)
    shown = ", ".join(f"{name} {have[name]}" for name in TORCH_PACKAGES[1:])
    return Finding("package and tools", "ok", shown)


def chromium(place: Place) -> Finding:  # noqa: ARG001
    """The browser of the browser tests, which skip without it except in CI."""
    if missing := browser.missing():
        state: Literal["optional", "wrong"] = "wrong" if browser.required() else "optional"
        return Finding("browser", state, f"no {' and no '.join(missing)}", browser.HINT)
    return Finding("browser", "ok", str(browser.chromium()))


def git(place: Place) -> Finding:
    """Git, which gives artifacts the commit they were made at."""
    if shutil.which("git") is None:
        return Finding("git", "optional", "missing", "install git; artifacts then say no commit")
    command = ["git", "-C", str(place.root), "rev-parse", "--short", "HEAD"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        return Finding("git", "optional", "not a checkout", "clone the repository with git")
    return Finding("git", "ok", f"at {answer.stdout.strip()}")


def artifacts(place: Place) -> Finding:
    """Stored results, which must be as new as the code that made them."""
    have = packages.installed(packages.folder(place.venv))
    if "torch" not in have:
        return Finding("artifacts", "optional", "not checked without torch", INSTALL)
    answer = subprocess.run(
        [str(place.python), "scripts/prerun.py", "check"],
        cwd=place.root,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    lines = (answer.stdout + answer.stderr).strip().splitlines()
    if answer.returncode != 0:
        mend = "python scripts/prerun.py run"
        return Finding("artifacts", "wrong", "missing, stale or corrupted", mend, lines[-10:])
    return Finding("artifacts", "ok", lines[-1] if lines else "fresh")


def _again(place: Place) -> str:
    has_torch = "torch" in packages.installed(packages.folder(place.venv))
    return f"{INSTALL if has_torch else SERVE} --again"


EXAMINATIONS: tuple[Callable[[Place], Finding], ...] = (
    python,
    virtual_environment,
    whole_packages,
    site_packages,
    torch,
    declared_ranges,
    chromium,
    git,
    artifacts,
)


def examine(place: Place) -> list[Finding]:
    """All findings; an examination that itself fails is a finding too."""
    return [_guarded(examination, place) for examination in EXAMINATIONS]


def _guarded(examination: Callable[[Place], Finding], place: Place) -> Finding:
    try:
        return examination(place)
    except (OSError, ValueError, KeyError) as error:
        name = examination.__name__.replace("_", " ")
        return Finding(name, "wrong", f"could not be examined: {error}", INSTALL)


def table(findings: list[Finding]) -> str:
    """The findings as lines, each followed by what to do."""
    lines: list[str] = []
    for finding in findings:
        lines.append(f"{finding.state:9} {finding.name:18} {finding.found}")
        lines += [f"{'':9} {'':18}   {detail}" for detail in finding.details]
        if finding.mend:
            lines.append(f"{'':9} {'':18} -> {finding.mend}")
    return "\n".join(lines)


def status(findings: list[Finding]) -> int:
    """1 if something is wrong."""
    return int(any(finding.state == "wrong" for finding in findings))
