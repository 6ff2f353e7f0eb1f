"""Two servers on loopback: one serves the site, one stands where the rest of the world would be.

Both write down what they are asked for. The browser uses the second as its proxy for every host but
loopback, so that a request to anywhere, from a page, a stylesheet or a worker, is seen and refused.
"""

import functools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Recording(ThreadingHTTPServer):
    """A server that remembers the paths (or hosts) it was asked for."""

    def __init__(self, handler: type[BaseHTTPRequestHandler] | functools.partial) -> None:
        super().__init__(("127.0.0.1", 0), handler)  # type: ignore[arg-type]
        self.asked: list[str] = []

    @property
    def address(self) -> str:
        """Where it listens, without a slash at the end."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser may close a connection at any moment; that is no fault."""


class OurFiles(SimpleHTTPRequestHandler):
    """Serves a folder."""

    server: Recording

    def do_GET(self) -> None:
        """Note the path, then serve the file."""
        self.server.asked.append(self.path.split("?")[0].lstrip("/"))
        super().do_GET()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class NoWorld(BaseHTTPRequestHandler):
    """Refuses every request to another host."""

    server: Recording

    def do_GET(self) -> None:
        """Note who was asked for, and refuse."""
        self.server.asked.append(self.path)
        self.send_error(502)

    do_CONNECT = do_POST = do_HEAD = do_OPTIONS = do_PUT = do_GET

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def serving(folder: Path) -> Iterator[Recording]:
    """Serve a folder while the block runs."""
    with running(Recording(functools.partial(OurFiles, directory=str(folder)))) as server:
        yield server


@contextmanager
def running(server: Recording) -> Iterator[Recording]:
    """Let a server answer in a thread while the block runs."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
