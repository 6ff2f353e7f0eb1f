"""The command line of `scripts/dev.py`.

What stands after `--` goes to the tool behind a command: to pytest for `test`, to MkDocs for
`serve` and `build`, to `scripts/pages.py run` for `pages`.
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence

from . import browser, doctor, environment, serving, steps
from .environment import DEV, SITE, Place

Options = argparse.Namespace
STOPPED = 130


def serve(place: Place, options: Options) -> int:
    """Serve the site with live reload; needs no torch."""
    environment.ensure(place, SITE, again=options.again)
    return serving.serve(place, host=options.host, port=options.port, arguments=options.rest)


def build(place: Place, options: Options) -> int:
    """Build the site strictly into site/."""
    environment.ensure(place, SITE, again=options.again)
    command = [str(place.python), "-m", "mkdocs", "build", "--strict", *options.rest]
    return steps.call(command, cwd=place.root, extra=steps.ENVIRONMENT)


def install(place: Place, options: Options) -> int:
    """Install the package, torch and the tools."""
    environment.ensure(place, DEV, again=options.again)
    steps.say(f"{place.venv} is ready.")
    return 0


def pages(place: Place, options: Options) -> int:
    """Run the pages whose code or inputs changed and publish their outputs."""
    environment.ensure(place, DEV, again=options.again)
    command = [str(place.python), "scripts/pages.py", "run", *options.rest]
    return steps.call(command, cwd=place.root, extra=steps.ENVIRONMENT)


def test(place: Place, options: Options) -> int:
    """Run what CI runs."""
    chosen = steps.select(options.only)
    if browser.required() and (missing := browser.missing()):
        steps.say(f"CI needs {' and '.join(missing)} for the browser tests. {browser.HINT}")
        return 1
    environment.ensure(place, DEV, again=options.again)
    outcomes = steps.run(chosen, place.python, root=place.root, arguments=options.rest)
    steps.say(f"\n{steps.summary(chosen, outcomes)}")
    return steps.status(outcomes)


def diagnose(place: Place, options: Options) -> int:
    """Say what is missing or of the wrong version, and how to mend it."""
    findings = doctor.examine(place)
    as_json = json.dumps([finding.as_dict() for finding in findings], indent=2)
    steps.say(as_json if options.json else doctor.table(findings))
    return doctor.status(findings)


COMMANDS: dict[str, Callable[[Place, Options], int]] = {
    "serve": serve,
    "test": test,
    "build": build,
    "pages": pages,
    "install": install,
    "doctor": diagnose,
}


def main(arguments: Sequence[str]) -> int:
    """Run one command; the exit status of whatever it ran."""
    own, rest = _split(arguments)
    options = _parser().parse_args(own)
    options.rest = rest
    try:
        return COMMANDS[options.command](Place(), options)
    except (environment.SetupError, ValueError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped. The next call mends what is half done.\n")
        return STOPPED


def _split(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    if "--" not in arguments:
        return list(arguments), []
    cut = list(arguments).index("--")
    return list(arguments[:cut]), list(arguments[cut + 1 :])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="dev.py", epilog="After `--` stand arguments for the tool behind a command."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    subparsers = {
        name: commands.add_parser(name, help=function.__doc__)
        for name, function in COMMANDS.items()
    }
    subparsers["serve"].add_argument("--host", default="127.0.0.1")
    subparsers["serve"].add_argument("--port", type=int, default=8000)
    for name in set(COMMANDS) - {"doctor"}:
        again = "look through the installed packages even if no requirement changed"
        subparsers[name].add_argument("--again", action="store_true", help=again)
    names = ",".join(step.name for step in steps.STEPS)
    subparsers["test"].add_argument("--only", default="", help=f"some of {names}")
    subparsers["doctor"].add_argument("--json", action="store_true", help="for other programs")
    return parser
