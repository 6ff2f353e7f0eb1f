"""What happens to a page while its author, or something else, does not wait for it."""

import threading
import time
from pathlib import Path

import pytest
from pipeline import lessons, records, runner, source
from pipeline.kernels import Kernel, Kernels
from pipeline.project import Project
from pipeline.source import PageError

from tests.pipeline.conftest import page, write

pytestmark = pytest.mark.pages


def test_a_module_edited_while_a_page_runs_makes_it_run_again(project, tmp_path):
    imported = tmp_path / "imported"
    code = f"""
import time
from pathlib import Path

from lib import inner

Path({str(imported)!r}).touch()
time.sleep(1)
print(inner.value())"""
    wanted = source.parse("direct.py", page(code))
    edit = threading.Thread(target=_edit_once_there_is, args=(imported, project))
    edit.start()
    record = runner.execute(project, wanted, Kernels(project, warm=()))
    edit.join()
    records.keep(project, record)
    assert record.cells[0][0]["text"] == "3\n"
    assert records.fresh(project, wanted) is None


def _edit_once_there_is(sign: Path, project: Project) -> None:
    end = time.monotonic() + 60
    while not sign.exists() and time.monotonic() < end:
        time.sleep(0.02)
    write(project, "lib/inner.py", "def value():\n    return 4\n")


def test_a_kernel_that_dies_after_its_last_cell_is_told(project):
    code = "\nimport os, threading\n\nthreading.Timer(0.2, os._exit, (1,)).start()"
    wanted = source.parse("bad.py", page(code, "\nimport time\n\ntime.sleep(0.1)"))

    class Slow(Kernel):
        def report(self):
            time.sleep(1)
            return super().report()

    kernels = Kernels(project, warm=())
    kernels.ready.append(Slow(project, warm=()))
    with pytest.raises(PageError, match="after its last cell: its kernel died"):
        runner.execute(project, wanted, kernels)


def test_a_page_whose_kernel_does_not_start_is_told(project, monkeypatch):
    monkeypatch.setattr(Kernels, "_start", _no_kernel)
    shown = lessons.refresh(project, Kernels(project), needs=())
    assert shown["direct.py"].problem == "no kernel started: no memory left"


def _no_kernel(kernels: Kernels) -> Kernel:
    raise OSError("no memory left")


def test_a_page_without_code_starts_no_kernel_and_needs_no_torch(project, monkeypatch):
    monkeypatch.setattr(Kernels, "_start", _no_kernel)
    write(project, "docs/direct.py", page())
    shown = lessons.refresh(project, Kernels(project), needs=("no_such_package",))
    assert shown["direct.py"].problem == ""
    assert shown["other.py"].problem != ""


@pytest.mark.parametrize(
    ("matter", "message"),
    [
        ("- a", "must be lines like `summary"),
        ("summary: [a]", "`summary` in its front matter must be text"),
        ("needs: a", "`needs` in its front matter must be a list"),
        ("order: first", "`order` in its front matter must be a number"),
    ],
)
def test_front_matter_of_the_wrong_kind_is_refused(matter: str, message: str):
    with pytest.raises(PageError, match=message):
        source.parse("bad.py", f"# ---\n# {matter}\n# ---\n\n{page()}")


def test_a_page_that_is_not_text_is_told(project):
    (project.docs / "direct.py").write_bytes(b"\xff\xfe\x00")
    shown = lessons.refresh(project, Kernels(project, warm=()), needs=("no_such_package",))
    assert shown["direct.py"].problem.startswith("it cannot be read")
