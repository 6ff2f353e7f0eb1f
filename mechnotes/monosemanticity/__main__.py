"""Runs sweeps of Engineering Monosemanticity from a terminal.

    python -m mechnotes.monosemanticity list                 the rows of Table 1 and their state
    python -m mechnotes.monosemanticity sweep LR1 LR3        compute rows at the reduced scale
    python -m mechnotes.monosemanticity sweep LR1 --scale paper --device cuda
    python -m mechnotes.monosemanticity sweep --N 256 --m 32 --k 612 --eps 0.015625 \\
        --log2_batch_size 6 --log2_training_steps 13 \\
        --sweep_var learning_rate --sweep_values 0.001 0.003 --file_name LR1_reduced

Rows are stored as artifacts of the package, sweeps of one's own in the folder `--output_dir`.
Either shows its progress with the time left, and continues after a kill when the same command is
given again. `--jobs 2` uses processes, `--scheduler tcp://host:8786` a Dask cluster.
"""

import argparse
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mechnotes._artifacts import freshness, scheduling
from mechnotes.monosemanticity import flags, own, running, table, training


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit code: 0 if all is well, 1 if not, 2 for a wrong call."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words[:1] and words[0].startswith("--") and words[0] not in ("--help", "-h"):
        words.insert(0, "sweep")  # the replication's command has flags alone
    options = _parser().parse_args(words)
    try:
        return int(options.command(options))
    except (ValueError, ModuleNotFoundError, OSError) as error:
        print(f"monosemanticity: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nstopped; the same command continues", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    description, _, details = (__doc__ or "").partition("\n")
    parser = argparse.ArgumentParser(
        prog="python -m mechnotes.monosemanticity",
        description=description,
        epilog=details,
        formatter_class=argparse.RawTextHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, metavar="list | sweep")
    commands.add_parser("list", help="the rows and their state").set_defaults(command=list_rows)
    sweep = commands.add_parser(
        "sweep", help="train all models of rows, or of a sweep of one's own"
    )
    sweep.set_defaults(command=run_sweeps)
    sweep.add_argument("names", nargs="*", metavar="ROW", help="LR1, ...; `all` for all of them")
    sweep.add_argument("--scale", choices=("reduced", "paper"), default="reduced")
    sweep.add_argument("--device", help='"cpu" or "cuda"; default: what the scale was made for')
    sweep.add_argument("--threads", type=int, default=1, help="CPU threads (default 1)")
    sweep.add_argument("--jobs", type=int, default=1, help="local processes (default 1)")
    sweep.add_argument("--scheduler", metavar="ADDRESS", help="Dask scheduler, tcp://host:port")
    sweep.add_argument("--force", action="store_true", help="compute again, from the beginning")
    sweep.add_argument("--save-seconds", type=float, default=30.0, help="between two checkpoints")
    sweep.add_argument("--checkpoints", type=Path, help="their folder (default .cache/prerun)")
    flags.add(sweep.add_argument_group("a sweep of one's own, instead of rows"))
    return parser


def list_rows(_: argparse.Namespace) -> int:
    """Print every row with what it sweeps and the state of its results."""
    for name, row in table.ROWS.items():
        base = row.paper.base
        states = [
            freshness.inspect(experiment, name.lower()).status
            for experiment in (training.sweep, training.paper_sweep)
        ]
        told = ["not run" if state == "missing" else state for state in states]
        swept = " x ".join(row.paper.swept)
        print(f"{name:8} {base.task:12} {swept:30} reduced: {told[0]:8} paper: {told[1]}")
    return 0


def run_sweeps(options: argparse.Namespace) -> int:
    """Compute rows, or a sweep of one's own."""
    given = flags.given(options)
    if given and options.names:
        raise ValueError(
            f"sweep: got the row {options.names[0]} and --{next(iter(given))}; expected rows or "
            "flags of a sweep of one's own. Leave one of them out."
        )
    return _run_own(options, given) if given else _run_rows(options)


def _run_rows(options: argparse.Namespace) -> int:
    names = [] if options.names == ["all"] else options.names
    if not names and not options.names:
        raise ValueError("sweep: got no row; expected LR1, ..., or `all`. `list` shows the rows.")
    alone = options.jobs == 1 and not options.scheduler
    todo = running.plan(
        names,
        scale=options.scale,
        device=options.device,
        threads=options.threads,
        checkpoints=options.checkpoints,
        save_seconds=options.save_seconds,
        progress=alone,
        force=options.force,
    )
    for case in todo.fresh:
        print(f"{case}: fresh")
    failed = 0
    done: Any = running.run(todo, jobs=options.jobs, scheduler=options.scheduler)
    if todo.tasks and not alone:
        from tqdm import tqdm

        done = tqdm(done, total=len(todo.tasks), unit="row", disable=None)
    for finished in done if todo.tasks else ():
        failed += finished.error is not None
        _report(finished)
    return 1 if failed else 0


def _run_own(options: argparse.Namespace, given: dict[str, Any]) -> int:
    if options.scheduler or options.jobs != 1 or options.scale != "reduced":
        raise ValueError(
            "sweep: got --scheduler, --jobs or --scale with a sweep of one's own; expected them "
            "with rows only. All its models are computed together, in this process."
        )
    config = flags.sweep(given)
    where = own.place(Path(given.get("output_dir", ".")), given.get("file_name", "sweep"))
    result = own.run(config, where, device=options.device or "cpu", progress=True)
    print(f"stored {where.weights} and {where.manifest.name}")
    for number, run in enumerate(config.runs):
        swept = " ".join(f"{name}={getattr(run, name):g}" for name in config.swept) or "one model"
        loss = result.loss[result.at_trough, number].item()
        count = int(result.n_monosemantic[number])
        print(f"{swept} seed={run.seed}: loss {loss:.4f}, {count} monosemantic neurons")
    return 0


def _report(finished: scheduling.Finished) -> None:
    """Say how a row ended."""
    if finished.error is None:
        print(f"{finished.task.case}: stored")
        return
    traceback.print_exception(finished.error)
    print(f"{finished.task.case}: failed; the same command continues", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
