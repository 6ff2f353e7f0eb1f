"""Lets a script go on in the project's environment when the caller's Python lacks what it needs."""

import importlib.util
import os
import sys

from .environment import Place

ENTERED = "MECHNOTES_ENTERED"


def project_environment(need: str) -> None:
    """Restart under `.venv` if `need` cannot be imported here; without one, say how to make it."""
    if importlib.util.find_spec(need) is not None:
        return
    python = Place().python
    if not python.exists() or ENTERED in os.environ:
        sys.exit(f"{need} is not installed: run `make install` (or python scripts/dev.py install)")
    command = [str(python), *sys.argv]
    os.execve(command[0], command, {**os.environ, ENTERED: "1"})
