"""Builds and serves a generated site in child processes; measures what its author waits for."""

import gzip
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from . import generate

NUMBER = re.compile(r"number \d+: [\d.]+")
PICTURE = re.compile(r'<img class="mn-only-light" src="([^"]+)"')
PAUSE = 4.0
"""Seconds between two edits: an author looks at the result, and a spare kernel gets ready."""
PATIENCE = 4.0
"""Seconds after a rebuild in which a page must show an edit before it counts as stale."""


@dataclass(frozen=True)
class Edit:
    """One change of one line, and the page on which it shows."""

    name: str
    file: str
    old: str
    new: str
    shown: str
    url: str


def edits(number: int) -> list[Edit]:
    """The four edits of a round; `number` counts rounds from 1 and makes each edit new."""
    page = generate.page_uri(1)
    url = str(PurePosixPath(page).with_suffix("")) + "/"
    before, after = f"Edited {number - 1} times.", f"Edited {number} times."
    code = f"1000 + {number - 1}", f"1000 + {number}"
    offset = f"OFFSET = {number - 1}", f"OFFSET = {number}"
    said = f"code says {1000 + number}", f"module says {2000 + number}"
    return [
        Edit("edit a note", "docs/notes/note_01.md", before, after, after, "notes/note_01/"),
        Edit("edit a page's prose", f"docs/{page}", before, after, after, url),
        Edit("edit a page's code", f"docs/{page}", *code, said[0], url),
        Edit("edit a module", "mechnotes/edited.py", *offset, said[1], url),
    ]


def build(root: Path, *, cold: bool) -> float:
    """Seconds of one build; a cold one finds nothing of earlier builds.

    Raises:
        RuntimeError: If the build fails, with what it said.
    """
    if cold:
        for folder in ("site", ".cache"):
            shutil.rmtree(root / folder, ignore_errors=True)
    start = time.perf_counter()
    command = [sys.executable, "-m", "mkdocs", "build"]
    told = subprocess.run(
        command, cwd=root, env=_environment(root), capture_output=True, text=True, check=False
    )
    if told.returncode:
        raise RuntimeError(f"the build in {root} failed:\n{told.stderr}")
    return time.perf_counter() - start


def printed(root: Path) -> list[str]:
    """The numbers that the pages of a built site show, in order."""
    pages = sorted((root / "site" / "examples").rglob("index.html"))
    return [number for page in pages for number in NUMBER.findall(page.read_text("utf-8"))]


def weights(root: Path) -> dict[str, float]:
    """KB of the first executable page of a built site: plain, compressed, and with its figures."""
    folder = (root / "site" / generate.page_uri(1)).with_suffix("")
    page = (folder / "index.html").read_bytes()
    pictures = [folder / name for name in PICTURE.findall(page.decode())]
    with_pictures = [page, *(picture.read_bytes() for picture in pictures)]
    return {
        "page, HTML": len(page) / 1000,
        "page, gzip": len(gzip.compress(page)) / 1000,
        "page and its figures, gzip": sum(len(gzip.compress(part)) for part in with_pictures)
        / 1000,
    }


class Server:
    """A running `mkdocs serve`."""

    def __init__(self, root: Path, address: str):
        self.root, self.address = root, address

    def read(self, url: str, *, timeout: float = 300) -> str:
        """What an address below the site's answers."""
        with urllib.request.urlopen(self.address + url, timeout=timeout) as answer:
            return answer.read().decode()

    def seconds(self, edit: Edit) -> float | None:
        """From the write of an edit to the page that shows it; None if the page stays stale."""
        time.sleep(PAUSE)
        path = self.root / edit.file
        text = path.read_text(encoding="utf-8")
        if edit.old not in text:
            raise ValueError(
                f"{edit.file}: got no {edit.old!r}; expected it once. Make a new site."
            )
        part = self.root / "part"
        part.write_text(text.replace(edit.old, edit.new), encoding="utf-8")
        version = self.read("livereload/0/0")
        start = time.perf_counter()
        part.replace(path)
        version = self._after(version, wait=300)
        while edit.shown not in self.read(edit.url):
            if not (version := self._after(version, wait=PATIENCE)):
                return None
        return time.perf_counter() - start

    def _after(self, version: str, *, wait: float) -> str:
        """The site's version once it has been rebuilt, '' if that does not happen in time."""
        end = time.monotonic() + wait
        while (left := end - time.monotonic()) > 0:
            try:
                newer = self.read(f"livereload/{version}/1", timeout=left)
            except TimeoutError:
                break
            if newer != version:
                return newer
        return ""


@contextmanager
def serving(root: Path) -> Iterator[Server]:
    """Serve a site on a free port; the process is gone afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "mkdocs", "serve", "--dev-addr", f"127.0.0.1:{port}"]
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(
            command, cwd=root, env=_environment(root), stdout=log, stderr=log, text=True
        )
        try:
            server = Server(root, f"http://127.0.0.1:{port}/")
            while not _answers(server):
                if process.poll() is not None:
                    log.seek(0)
                    raise RuntimeError(f"serving {root} failed:\n{log.read()}")
                time.sleep(0.2)
            yield server
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _answers(server: Server) -> bool:
    try:
        return "</html>" in server.read("")
    except OSError:
        return False


def _environment(root: Path) -> dict[str, str]:
    """One thread, and the package in reach of stock's kernels; ours find it themselves."""
    told = {"OMP_NUM_THREADS": "1", "NO_MKDOCS_2_WARNING": "1"}
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return kept | told | ({"PYTHONPATH": str(root)} if root.name == "stock" else {})
