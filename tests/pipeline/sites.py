"""Throw-away sites that real MkDocs processes build and serve with the repository's hooks.

The configuration is the repository's own; only what it names below `docs/` is left out.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.project import HERE, Project

from tests.pipeline.conftest import write

CONFIG = f"""INHERIT: {HERE}/mkdocs.yml
site_name: Throw-away
hooks: [{HERE}/scripts/hooks.py]

extra_javascript: []
"""
LESSON = """# ---
# summary: A lesson.
# needs: ["[the note](../../notes/topic.py)"]
# ---

# %% [markdown]
# # A lesson
#
# See [the note](../../notes/topic.py#below), [plain](../../notes/plain.md) and
# [`value`][mechnotes.numbers.value].

# %%
from mechnotes import numbers

print("said by the lesson:", numbers.value())
"""
FIGURES = """# %% [markdown]
# # Figures

# %% alt="A small figure" caption="Small."
from matplotlib.figure import Figure

small = Figure(figsize=(3, 2))
small.subplots().set_title("word" + "insmall")
small

# %% alt="A large figure" caption="Large."
large = Figure(figsize=(3, 2))
large.subplots().plot([value**2 % 97 for value in range(900)], ".")
large

# %%
class WithData:
    def _repr_mimebundle_(self, **_):
        files = {"numbers.js": "told=[1,2]"}
        html = '<p data-numbers="files:numbers.js">Numbers.</p>'
        return {"text/html": html, "application/x-mechnotes-files": files}


WithData()
"""
MODULE = '''"""Part of a tiny package."""


def {name}() -> int:
    """{says}."""
    return {value}
'''
FILES = {
    "mkdocs.yml": CONFIG,
    "docs/index.py": "# %% [markdown]\n# # Home\n#\n# Welcome.\n",
    "docs/glossary.md": "# Glossary\n\n## Bias { #bias }\n\nA number that is added.\n",
    "docs/notes/topic.py": "# %% [markdown]\n# # The note\n#\n# A bias.\n#\n# ## Below\n",
    "docs/notes/plain.md": "# A plain note\n\nNo code here.\n",
    "docs/examples/topic/10_lesson.py": LESSON,
    "docs/examples/topic/20_figures.py": FIGURES,
    "mechnotes/__init__.py": '"""A tiny package."""\n',
    "mechnotes/numbers.py": MODULE.format(name="value", says="Return three", value=3),
    "mechnotes/words.py": MODULE.format(name="word", says="Return a word", value=5),
}
LESSON_URI = "docs/examples/topic/10_lesson.py"
LESSON_URL = "examples/topic/10_lesson/"
COUNTED = """
import sys
from mkdocs.structure.pages import Page

plain = Page.render

def render(page, config, files):
    print("rendered", page.file.src_uri)
    return plain(page, config, files)

Page.render = render
from mkdocs.__main__ import cli
cli(sys.argv[1:])
"""


def make(root: Path) -> Project:
    """A site with two lessons, two notes and a package of two modules."""
    project = Project(root)
    shutil.copytree(HERE / "docs" / ".overrides", project.docs / ".overrides")
    for name, text in FILES.items():
        write(project, name, text)
    return project


def change(project: Project, name: str, old: str, new: str) -> None:
    """Replace words in one file of a project."""
    text = (project.root / name).read_text()
    assert old in text
    write(project, name, text.replace(old, new))


def build(project: Project, *, strict: bool = True) -> subprocess.CompletedProcess:
    """Build a site in a process of its own; its output names every page that was rendered."""
    command = [sys.executable, "-c", COUNTED, "build", *(["--strict"] if strict else [])]
    return subprocess.run(
        command,
        cwd=project.root,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
        check=False,
    )


def rendered(built: subprocess.CompletedProcess) -> list[str]:
    """Which pages a build rendered from Markdown."""
    return sorted(re.findall(r"^rendered (\S+)$", built.stdout, re.M))


def environment(**extra: str) -> dict[str, str]:
    """Variables of a child process; the throw-away package must not meet the real one."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return kept | {"NO_MKDOCS_2_WARNING": "1", "OMP_NUM_THREADS": "1"} | extra


class Server:
    """A running `mkdocs serve`."""

    def __init__(self, process: subprocess.Popen, address: str, log: Path):
        self.process, self.address, self.log = process, address, log

    def read(self, url: str = "") -> str:
        """The page at an address below the site's."""
        return self.bytes(url).decode()

    def bytes(self, url: str) -> bytes:
        """The file at an address below the site's."""
        with urllib.request.urlopen(self.address + url, timeout=10) as answer:
            return answer.read()

    def until(self, url: str, true: Callable[[str], bool], *, seconds: float = 90) -> str:
        """The page as soon as something is true of it.

        Raises:
            AssertionError: If that takes too long or the server ends, with the server's log.
        """
        end = time.monotonic() + seconds
        text = ""
        while time.monotonic() < end and self.process.poll() is None:
            try:
                text = self.read(url)
            except OSError:  # not yet there, or building for longer
                text = ""
            if text and true(text):
                return text
            time.sleep(0.1)
        raise AssertionError(f"{url} never came as wanted:\n{text[-3000:]}\n{self.log.read_text()}")


@contextmanager
def served(project: Project, **extra: str) -> Iterator[Server]:
    """Serve a site on a free port; whatever happens, the process is gone afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = project.root.with_suffix(".log")
    command = [sys.executable, "-m", "mkdocs", "serve", "--dev-addr", f"127.0.0.1:{port}"]
    with log.open("w") as output:
        process = subprocess.Popen(
            command, cwd=project.root, env=environment(**extra), stdout=output, stderr=output
        )
    try:
        server = Server(process, f"http://127.0.0.1:{port}/", log)
        server.until("", lambda text: "</html>" in text)
        yield server
    finally:
        stop(process)


def stop(process: subprocess.Popen) -> None:
    """Interrupt a server as Ctrl-C does, so that it stops its kernels; kill it if it lingers."""
    process.send_signal(signal.SIGINT)
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
