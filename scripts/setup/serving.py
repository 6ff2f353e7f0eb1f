"""Serves the site on this machine, on the wanted port or on the next one that is free."""

import os
import socket
from collections.abc import Sequence

from . import steps
from .environment import Place

TRIES = 50


def free_port(host: str, wanted: int) -> int:
    """The first port from `wanted` on that nobody listens on.

    Raises:
        OSError: If none of the next fifty is free.
    """
    for port in range(wanted, wanted + TRIES):
        if _free(host, port):
            return port
    raise OSError(f"no free port between {wanted} and {wanted + TRIES - 1} on {host}")


def _free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        if os.name != "nt":  # there it would let two servers share a port
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def serve(place: Place, *, host: str, port: int, arguments: Sequence[str] = ()) -> int:
    """Hand over to `mkdocs serve`; returns only where a process cannot be replaced (Windows)."""
    chosen = free_port(host, port)
    if chosen != port:
        steps.say(f"Port {port} is taken, so the site comes on port {chosen}.")
    address = f"[{host}]:{chosen}" if ":" in host else f"{host}:{chosen}"
    command = [str(place.python), "-m", "mkdocs", "serve", "--dev-addr", address, *arguments]
    quiet = {"NO_MKDOCS_2_WARNING": "1"}
    steps.say(f"Starting the site on http://{address}/ (Ctrl-C ends it) ...")
    if os.name != "nt":
        os.chdir(place.root)
        os.execve(command[0], command, {**os.environ, **quiet})
    return steps.call(command, cwd=place.root, extra=quiet)
