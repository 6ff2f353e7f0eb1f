"""The checks that `test` runs and CI runs, in order, as data; and how one after another is run.

They stop at the first failure, because a later step often fails for the same reason, and end with a
table of all steps. pytest runs twice: once with every shape and type annotation checked, once
without, for the tests that hand a function what its annotations forbid.
"""

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

NO_TESTS_COLLECTED = 5  # pytest's exit status

ENVIRONMENT = {
    "HF_HUB_OFFLINE": "1",  # no test may need a model hub
    "MKL_NUM_THREADS": "1",
    "MPLBACKEND": "Agg",
    "NO_MKDOCS_2_WARNING": "1",  # Material's advertisement for its successor
    "OMP_NUM_THREADS": "1",  # other thread counts give other digits, and other figures
    "PYTHONHASHSEED": "0",
}


@dataclass(frozen=True)
class Step:
    """One check: what the environment's Python is called with."""

    name: str
    command: tuple[str, ...]
    takes_arguments: bool = False
    """Whether what stands after `--` on the command line is for this step."""


SHAPES = "--jaxtyping-packages=mechnotes,beartype.beartype"
PROCESSES = (
    *("--numprocesses=logical", "--maxprocesses=4"),
    *("--dist=loadfile", "--no-loadscope-reorder"),
)
"""One process a core, each with one thread; tests of a file share a process, and the longest file,
the visits to all pages, stands among the first."""

STEPS = (
    Step("ruff", ("-m", "ruff", "check", ".")),
    Step("format", ("-m", "ruff", "format", "--check", ".")),
    Step("mypy", ("-m", "mypy")),
    Step(
        "pytest",
        ("-m", "pytest", *PROCESSES, SHAPES, "-m", "not bad_input"),
        takes_arguments=True,
    ),
    Step("bad-input", ("-m", "pytest", "-m", "bad_input"), takes_arguments=True),
    Step("prerun", ("scripts/prerun.py", "check")),
    Step("pages", ("scripts/pages.py", "verify")),
    Step("build", ("-m", "mkdocs", "build", "--strict")),
    Step("site", ("scripts/check_site.py",)),
)


@dataclass(frozen=True)
class Outcome:
    """How a step ended."""

    step: Step
    status: int
    seconds: float
    selected: bool = True
    """False if the arguments left a pytest step without tests."""

    @property
    def failed(self) -> bool:
        """Whether the step found something wrong."""
        return self.selected and self.status != 0

    @property
    def words(self) -> str:
        """The outcome for the table."""
        if not self.selected:
            return "no test matched"
        return f"failed ({self.status})" if self.failed else "ok"


def select(names: str, steps: Sequence[Step] = STEPS) -> list[Step]:
    """Steps named in a comma-separated list, in the steps' own order; all if it is empty.

    Raises:
        ValueError: If a name is not a step's.
    """
    wanted = [name.strip() for name in names.split(",") if name.strip()]
    known = [step.name for step in steps]
    if unknown := [name for name in wanted if name not in known]:
        raise ValueError(f"no step is called {', '.join(unknown)}; there are {', '.join(known)}")
    return [step for step in steps if not wanted or step.name in wanted]


def run(
    steps: Sequence[Step], python: Path, *, root: Path, arguments: Sequence[str] = ()
) -> list[Outcome]:
    """Run steps until one fails; `arguments` go to the steps that take them."""
    outcomes: list[Outcome] = []
    for step in steps:
        extra = tuple(arguments) if step.takes_arguments else ()
        say(f"\n=== {step.name}: {' '.join((*step.command, *extra))}")
        start = time.monotonic()
        status = call([str(python), *step.command, *extra], cwd=root, extra=ENVIRONMENT)
        selected = not (extra and status == NO_TESTS_COLLECTED)
        outcomes.append(Outcome(step, status, time.monotonic() - start, selected))
        if outcomes[-1].failed:
            break
    return outcomes


def summary(steps: Sequence[Step], outcomes: Sequence[Outcome]) -> str:
    """A table of all steps, with those that were not reached."""
    rows = [f"{one.step.name:10} {one.words:16} {one.seconds:7.1f} s" for one in outcomes]
    rows += [f"{step.name:10} not run" for step in steps[len(outcomes) :]]
    return "\n".join(rows)


def status(outcomes: Sequence[Outcome]) -> int:
    """0 if nothing failed and something was checked."""
    if any(one.failed for one in outcomes):
        return 1
    return 0 if any(one.selected for one in outcomes) else NO_TESTS_COLLECTED


def call(command: Sequence[str], *, cwd: Path, extra: Mapping[str, str]) -> int:
    """Exit status of a command that shares our terminal; Ctrl-C lets it tidy up first."""
    with subprocess.Popen(command, cwd=cwd, env={**os.environ, **extra}) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:
            process.wait()
            raise


def say(text: str) -> None:
    """Print at once, so that our lines and a step's own stay in order in a log."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
