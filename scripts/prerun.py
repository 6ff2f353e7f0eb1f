"""Compute, list, check and renew the cached results of mechnotes.

    python scripts/prerun.py list                    # every case: cost and state
    python scripts/prerun.py run                     # compute all that is not fresh
    python scripts/prerun.py run NAME [CASE]         # compute one experiment, or one case of it
    python scripts/prerun.py check                   # what CI asks: complete, fresh, in budget
    python scripts/prerun.py renew [NAME [CASE]]     # after a refactor that changed no number

`run` skips what is fresh, continues what was interrupted and can be killed at any moment. It uses
one process unless told otherwise: `--jobs 4` for a pool, `--scheduler tcp://host:8786` for Dask.
"""

import argparse
import sys
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from mechnotes import experiments  # noqa: E402
from mechnotes._artifacts import declared, files, freshness, inventory, renewal, scheduling  # noqa: E402
from mechnotes._artifacts.computation import Task  # noqa: E402
from mechnotes.digests import function_digest  # noqa: E402


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit code: 0 if all is well, 1 if not, 2 for a wrong call."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.command(options))
    except (ValueError, ModuleNotFoundError, OSError) as error:
        print(f"prerun: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nstopped; the same command continues", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    description, _, details = (__doc__ or "").partition("\n")
    parser = argparse.ArgumentParser(
        description=description, epilog=details, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--package", default="mechnotes", help="package whose experiments to use")
    commands = parser.add_subparsers(required=True, metavar="list | run | check | renew")

    commands.add_parser("list", help="show every case").set_defaults(command=list_cases)

    run = commands.add_parser("run", help="compute what is not fresh")
    run.set_defaults(command=run_cases)
    run.add_argument("--force", action="store_true", help="compute again, from the beginning")
    run.add_argument("--jobs", type=int, default=1, help="local processes (default 1)")
    run.add_argument("--scheduler", metavar="ADDRESS", help="Dask scheduler, tcp://host:port")
    run.add_argument("--save-seconds", type=float, default=30.0, help="between two checkpoints")
    run.add_argument("--checkpoints", default=str(ROOT / ".cache" / "prerun"), help="their folder")

    check = commands.add_parser("check", help="complete, fresh, no orphans, in budget")
    check.set_defaults(command=check_cases)
    check.add_argument("--versions", action="store_true", help="compare library versions too")

    renew = commands.add_parser("renew", help="re-stamp what a refactor left unchanged")
    renew.set_defaults(command=renew_cases)
    for command in (run, renew):
        command.add_argument("name", nargs="?", help="experiment, as `list` shows it")
        command.add_argument("case", nargs="?", help="one of its cases")
        command.add_argument("--device", choices=("cpu", "cuda"), help="default: as declared")
        command.add_argument("--threads", type=int, default=1, help="CPU threads (default 1)")
    return parser


def list_cases(options: argparse.Namespace) -> int:
    """Print every case with its expected cost and its state."""
    entries = inventory.entries(experiments.discover(options.package))
    width = max((len(str(entry)) for entry in entries), default=0)
    for entry in entries:
        experiment = entry.experiment
        cost = f"{experiment.minutes:g} min"
        print(
            f"{entry!s:{width}}  {experiment.scales[entry.case]:7}  {experiment.device:4}  "
            f"{cost:>8}  {_state(entry)}"
        )
    return 0


def run_cases(options: argparse.Namespace) -> int:
    """Compute the chosen cases that are not fresh."""
    tasks = list(_tasks(options))
    if not tasks:
        print("nothing to compute")
        return 0
    if options.scheduler:
        executor, width = scheduling.dask_executor(options.scheduler)
    else:
        executor, width = scheduling.local_executor(options.jobs), max(1, options.jobs)
    failed = 0
    with executor:
        done = scheduling.run_tasks(tasks, executor=executor, width=width)
        for finished in _with_bar(tasks, done):
            failed += finished.error is not None
            _report(finished)
    return 1 if failed else 0


def check_cases(options: argparse.Namespace) -> int:
    """Print every problem of the stored results."""
    entries = inventory.entries(experiments.discover(options.package))
    for entry in entries:
        if entry.state.status == "missing" and entry.may_be_absent:
            print(f"not run: {entry} (needs a GPU)")
    found = list(inventory.problems(entries, compare_versions=options.versions))
    for problem in found:
        print(problem)
    print(f"{len(entries)} cases, {len(found)} problems")
    return 1 if found else 0


def renew_cases(options: argparse.Namespace) -> int:
    """Re-stamp stale artifacts whose first steps today's code repeats."""
    refused = 0
    planned = [(entry, function_digest(entry.experiment)) for entry in _chosen(options)]
    for entry, digest in planned:
        if entry.state.status == "missing" and entry.may_be_absent:
            continue
        device = _device(entry.experiment, options.device) or "cpu"
        done = renewal.renew(
            entry.experiment, entry.case, digest=digest, device=device, threads=options.threads
        )
        refused += done.status == "refused"
        print(f"{entry}: {done.status} {done.detail}".rstrip())
    return 1 if refused else 0


def _chosen(options: argparse.Namespace) -> list[inventory.Entry]:
    """The cases that a command line names; all of them if it names none."""
    if options.name is None:
        return inventory.entries(experiments.discover(options.package))
    entries = inventory.entries([experiments.find(options.name, options.package)])
    if options.case is None:
        return entries
    declared.known_case(entries[0].experiment, options.case)
    return [entry for entry in entries if entry.case == options.case]


def _tasks(options: argparse.Namespace) -> Iterator[Task]:
    """What has to be computed, after completing what was finished but not yet in its place."""
    for entry in _chosen(options):
        experiment, case, status = entry.experiment, entry.case, entry.state.status
        if files.finish_interrupted(files.place(experiment.experiment_name, case)):
            print(f"{entry}: stored the result of an interrupted run")
            status = freshness.inspect(experiment, case).status
        if status == "fresh" and not options.force:
            continue
        device = _device(experiment, options.device)
        if device is None:
            print(f"{entry}: skipped, it needs a GPU (--device cpu computes it on the CPU)")
            continue
        task = Task(
            experiment=experiment.experiment_name,
            case=case,
            digest=function_digest(experiment),
            package=options.package,
            device=device,
            threads=options.threads,
            checkpoints=options.checkpoints,
            save_seconds=options.save_seconds,
            progress=options.jobs == 1 and not options.scheduler,
        )
        if options.force:
            task.checkpoint.unlink(missing_ok=True)
        yield task


def _device(experiment: experiments.Experiment, asked: str | None) -> str | None:
    """The device to compute on; None if it is a GPU and there is none."""
    device = asked or experiment.device
    if device == "cpu":
        return device
    import torch

    return device if torch.cuda.is_available() else None


def _with_bar(
    tasks: Sequence[Task], finished: Iterator[scheduling.Finished]
) -> Iterator[scheduling.Finished]:
    """Show a bar over the cases, unless each case shows its own."""
    if len(tasks) == 1 or tasks[0].progress:
        return finished
    from tqdm import tqdm

    return iter(tqdm(finished, total=len(tasks), unit="case", disable=None))


def _report(finished: scheduling.Finished) -> None:
    """Say how a task ended."""
    error = finished.error
    if error is None:
        print(f"{finished.task}: stored")
    elif isinstance(error, OSError):
        print(f"{finished.task}: could not be stored ({error}).", file=sys.stderr)
        print("Free some space and run again: the last checkpoint is kept.", file=sys.stderr)
    elif isinstance(error, scheduling.UNREADY):
        print(f"{finished.task}: it reads an artifact, and {error}", file=sys.stderr)
    else:
        traceback.print_exception(error)
        print(f"{finished.task}: failed", file=sys.stderr)


def _state(entry: inventory.Entry) -> str:
    """State of a case for people."""
    if entry.state.status == "fresh":
        return "fresh"
    if entry.state.status == "missing":
        return "not run" if entry.may_be_absent else "missing"
    return f"{entry.state.status}: {entry.state.reason}"


if __name__ == "__main__":
    from setup import enter

    enter.project_environment("torch")
    sys.exit(main())
