"""The one door to everything: `python scripts/dev.py serve|test|build|pages|install|doctor`.

Works on a machine that has Python and nothing else: only the standard library is used here and in
`setup/`, and what the commands need is installed into `.venv` first. This file keeps to syntax that
old Pythons read, so that they can say what is wrong instead of failing on the first new word.
"""

import os
import shutil
import subprocess
import sys

OLDEST = (3, 11)
NEWER = ("python3.14", "python3.13", "python3.12", "python3.11")


def works(python):  # type: (str) -> bool
    """Whether a command starts a Python that is new enough."""
    question = "import sys; sys.exit(sys.version_info < {})".format(OLDEST)  # noqa: UP032
    try:
        return subprocess.call([python, "-c", question], stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def restart():  # type: () -> None
    """Go on with a newer Python from the PATH, or say that there is none."""
    for name in NEWER:
        if shutil.which(name) and works(name):
            sys.exit(subprocess.call([name, *sys.argv]))
    sys.exit(
        "Python {} is too old: mechnotes needs Python {}.{} or newer.\n"
        "Install one (python.org, your system's packages, or `uv python install 3.13`),\n"
        "then name it: make serve PYTHON=python3.13".format(sys.version.split()[0], *OLDEST)
    )


if __name__ == "__main__":
    os.chdir(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))  # noqa: PTH100, PTH120
    if sys.version_info < OLDEST:
        restart()
    from setup import commands

    sys.exit(commands.main(sys.argv[1:]))
