"""The site as `mkdocs serve` shows it while its author edits: what is wrong stands on its page."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pipeline.project import Project

from tests.pipeline import sites
from tests.pipeline.conftest import write
from tests.pipeline.sites import FILES, LESSON, LESSON_URI, LESSON_URL, Server

pytestmark = [pytest.mark.pages, pytest.mark.slow]

NOTE_URL = "notes/plain/"
WITHOUT_TORCH = """
from importlib.machinery import PathFinder

plain = PathFinder.find_spec


def find(name, *rest):
    return None if name.partition(".")[0] == "torch" else plain(name, *rest)


PathFinder.find_spec = find
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return sites.make(tmp_path_factory.mktemp("site") / "served")


@pytest.fixture(scope="module")
def running(project: Project) -> Iterator[Server]:
    with sites.served(project) as server:
        yield server


@pytest.fixture
def server(project: Project, running: Server) -> Iterator[Server]:
    """The running server; after each test the site is as it was."""
    yield running
    for name, text in FILES.items():
        if (project.root / name).read_text() != text:
            write(project, name, text)
    running.until("", lambda text: "A plain note" in text and "Edited" not in text)
    running.until(LESSON_URL, lambda text: "said by the lesson: 3" in text and "See <a" in text)
    running.until(NOTE_URL, lambda text: "No code here." in text)


def healthy(server: Server) -> bool:
    """Whether home and a note answer as if nothing were wrong."""
    return "Welcome" in server.read() and "No code here" in server.read(NOTE_URL)


def runs(server: Server) -> int:
    """How many pages have been executed so far."""
    return server.log.read_text().count("  ran ")


def test_an_edit_of_prose_is_served_without_execution(project: Project, server: Server):
    before = runs(server)
    sites.change(project, LESSON_URI, "# See [the note]", "# Read [the note]")
    shown = server.until(LESSON_URL, lambda text: "Read <a" in text)
    assert "said by the lesson: 3" in shown
    assert runs(server) == before


def test_edits_leave_the_reference_and_the_search_as_they_are(project: Project, server: Server):
    urls = ("objects.inv", "search/search_index.json")
    before = [server.bytes(url) for url in urls]
    for number in range(3):
        words = f"Edited {number} times."
        write(project, "docs/index.py", f"# %% [markdown]\n# # Home\n#\n# Welcome. {words}\n")
        server.until("", lambda text, words=words: words in text)
        assert "Referenced by" in server.read("reference/numbers/")
    write(project, "docs/index.py", FILES["docs/index.py"])
    server.until("", lambda text: "Edited" not in text)
    deadline = time.monotonic() + 20  # the search index is written after the pages
    while (after := [server.bytes(url) for url in urls]) != before and time.monotonic() < deadline:
        time.sleep(0.2)
    assert after == before


def test_a_new_title_is_in_the_navigation_of_every_page(project: Project, server: Server):
    sites.change(project, "docs/notes/plain.md", "A plain note", "A renamed note")
    for url in ("", LESSON_URL, NOTE_URL):
        server.until(url, lambda text: "A renamed note" in text and "A plain note" not in text)


def test_an_edit_of_code_executes_that_page(project: Project, server: Server):
    before = runs(server)
    sites.change(project, LESSON_URI, "said by", "told by")
    server.until(LESSON_URL, lambda text: "told by the lesson: 3" in text)
    assert runs(server) == before + 1


def test_an_edit_of_a_module_reaches_the_page_that_imports_it(project: Project, server: Server):
    sites.change(project, "mechnotes/numbers.py", "return 3", "return 4")
    server.until(LESSON_URL, lambda text: "said by the lesson: 4" in text)


def test_a_page_that_raises_shows_why_and_mending_it_brings_it_back(
    project: Project, server: Server
):
    sites.change(project, LESSON_URI, "numbers.value()", "numbers.valeu()")
    shown = server.until(LESSON_URL, lambda text: "mn-error" in text)
    assert "code cell 1 raised AttributeError" in shown
    assert "See <a" in shown
    assert healthy(server)
    write(project, LESSON_URI, LESSON)
    shown = server.until(LESSON_URL, lambda text: "mn-error" not in text)
    assert "said by the lesson: 3" in shown


FAULTS = {
    "a page without a title": (LESSON_URI, "# %%\nprint(1)\n", LESSON_URL),
    "front matter that is not YAML": (LESSON_URI, f"# ---\n# a: [\n# ---\n{LESSON}", LESSON_URL),
    "front matter that is a list": (LESSON_URI, f"# ---\n# - a\n# ---\n{LESSON}", LESSON_URL),
    "a summary that is a list": (
        LESSON_URI,
        LESSON.replace("summary: A lesson.", "summary: [a, b]"),
        LESSON_URL,
    ),
    "a note without a title": ("docs/notes/topic.py", "# %%\nprint(1)\n", "notes/topic/"),
    "an order that is a word": (
        "docs/notes/topic.py",
        "# ---\n# order: first\n# ---\n\n" + FILES["docs/notes/topic.py"],
        "",
    ),
    "code that is not Python": (LESSON_URI, f"{LESSON}\n# %%\nx = (\n", LESSON_URL),
    "an empty page": (LESSON_URI, "", LESSON_URL),
    "a term without a definition": ("docs/glossary.md", "# Glossary\n\n## A { #a }\n", ""),
    "a module that is not Python": ("mechnotes/numbers.py", "def value(:\n", LESSON_URL),
}


@pytest.mark.parametrize(("name", "text", "url"), FAULTS.values(), ids=FAULTS)
def test_the_site_keeps_answering_and_following_edits_despite(
    project: Project, server: Server, name: str, text: str, url: str
):
    write(project, name, text)
    if url:
        server.until(url, lambda shown: "mn-error" in shown)
    sites.change(project, "docs/notes/plain.md", "No code here", "No code here, still")
    server.until(NOTE_URL, lambda shown: "No code here, still" in shown)
    assert healthy(server)


def test_a_new_page_and_a_removed_one_are_followed(project: Project, server: Server):
    write(project, "docs/notes/added.md", "# Added\n\nA new note.\n")
    server.until("notes/added/", lambda text: "A new note" in text)
    (project.docs / "notes" / "added.md").unlink()
    server.until("", lambda text: "notes/added" not in text)
    assert healthy(server)


def test_without_torch_a_changed_page_names_the_command_that_installs_it(tmp_path: Path):
    project = sites.make(tmp_path / "site")
    sites.build(project)
    write(project, "docs/notes/plain.md", FILES["docs/notes/plain.md"])
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    (hidden / "sitecustomize.py").write_text(WITHOUT_TORCH)
    with sites.served(project, PYTHONPATH=str(hidden)) as server:
        assert "said by the lesson: 3" in server.read(LESSON_URL)
        sites.change(project, LESSON_URI, "said by", "told by")
        shown = server.until(LESSON_URL, lambda text: "mn-error" in text)
        assert "torch is not installed here" in shown
        assert "<code>python scripts/dev.py pages</code>" in shown
        assert healthy(server)


@pytest.mark.skipif(os.name == "nt", reason="processes are listed by ps")
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL], ids=lambda end: end.name)
def test_a_server_that_ends_leaves_no_kernel_behind(tmp_path: Path, end: signal.Signals):
    project = sites.make(tmp_path / "site")
    with sites.served(project) as server:
        deadline = time.monotonic() + 60
        while not kernels(server.process.pid) and time.monotonic() < deadline:
            time.sleep(0.2)
        started = kernels(server.process.pid)
        assert started
        server.process.send_signal(end)
        server.process.wait(timeout=30)
        while started & running_processes() and time.monotonic() < deadline + 30:
            time.sleep(0.2)
    assert not started & running_processes()


def kernels(parent: int) -> set[int]:
    """Numbers of the kernel processes that a server has started."""
    listed = subprocess.run(
        ["ps", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True
    )
    rows = [line.split(None, 2) for line in listed.stdout.splitlines()]
    return {int(row[0]) for row in rows if row[1] == str(parent) and "ipykernel" in row[2]}


def running_processes() -> set[int]:
    """Numbers of all processes that have not ended."""
    listed = subprocess.run(["ps", "-eo", "pid=,stat="], capture_output=True, text=True, check=True)
    rows = [line.split() for line in listed.stdout.splitlines()]
    return {int(number) for number, state in rows if not state.startswith("Z")}
