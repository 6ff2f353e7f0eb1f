"""What a page must not do, and what its author is told."""

import pytest
from pipeline import lessons, runner, source
from pipeline.kernels import Kernels
from pipeline.source import PageError

from tests.pipeline.conftest import FILES, TITLE, page, write

pytestmark = pytest.mark.pages

FAULTS = {
    "raises": ("\n1 / 0", r"code cell 1 raised ZeroDivisionError"),
    "kills its kernel": ("\nimport os\n\nos._exit(1)", r"code cell 1: its kernel died"),
    "prints an address": ("\nobject()", r"prints a memory address \(0x"),
    "prints its own folder": (
        "\nimport lib\n\nprint(lib.__file__)",
        r"prints a path of this machine",
    ),
    "prints a path": ("\nprint('/home/me/x')", r"prints a path of this machine \(/home/me/x"),
    "writes into docs": (
        "\nfrom pathlib import Path\n\nimport lib\n\n"
        "Path(lib.__file__).parents[1].joinpath('docs/new.md').write_text('x')",
        r"a page may not write into docs/",
    ),
}


@pytest.mark.parametrize(("code", "message"), FAULTS.values(), ids=FAULTS)
def test_a_page_is_refused_when_it(project, code, message):
    wanted = source.parse("bad.py", page(code))
    with pytest.raises(PageError, match=message):
        runner.execute(project, wanted, Kernels(project, warm=()))
    assert not (project.docs / "new.md").exists()


def test_a_hanging_cell_is_stopped_and_its_kernel_is_gone(project):
    kernels = Kernels(project, warm=())
    kernels.spare = 1
    kernels._refill()
    process = kernels.ready[0].manager.provisioner.process
    wanted = source.parse("bad.py", page("\nx = 1", "\nwhile True:\n    pass"))
    with pytest.raises(PageError, match=r"code cell 2: it was still running after 1.5 s"):
        runner.execute(project, wanted, kernels, cell_seconds=1.5)
    assert process.wait(timeout=10) is not None


def test_a_page_without_a_title_is_refused(project):
    write(project, "docs/direct.py", "# %%\nprint(1)\n")
    shown = lessons.refresh(project, Kernels(project, warm=()), needs=())
    assert "must start with the title" in shown["direct.py"].problem


def test_front_matter_that_is_not_yaml_is_refused():
    with pytest.raises(PageError, match="front matter is not YAML"):
        source.parse("bad.py", f"# ---\n# summary: [\n# ---\n\n{TITLE}")


def test_a_figure_without_alt_text_is_refused(project):
    code = "\nfrom mechnotes.plots import style\n\nfigure, axes = style.figure(3, 2)\nfigure"
    write(project, "docs/direct.py", page(code))
    shown = lessons.refresh(project, Kernels(project, warm=()), needs=())
    assert 'has no alt="..." text' in shown["direct.py"].problem


def test_one_bad_page_leaves_the_others_as_they_were(project):
    write(project, "docs/direct.py", page("\n1 / 0"))
    shown = lessons.refresh(project, Kernels(project, warm=()), needs=())
    assert "ZeroDivisionError" in shown["direct.py"].problem
    assert shown["direct.py"].composed.markdown.count("1 / 0") == 1
    assert [uri for uri, lesson in shown.items() if lesson.problem] == ["direct.py"]


def test_a_page_that_failed_is_not_tried_again_until_something_changes(project, executed):
    write(project, "docs/direct.py", page("\nfrom lib import inner\n\nassert inner.value() == 4"))
    kernels = Kernels(project, warm=())
    lessons.refresh(project, kernels, needs=())
    lines: list[str] = []
    lessons.refresh(project, kernels, needs=(), say=lines.append)
    assert lines == []
    write(project, "lib/inner.py", "def value():\n    return 4\n")
    assert "direct.py" in executed()


def test_without_torch_fresh_pages_are_shown_and_changed_ones_name_the_cure(project, executed):
    executed()
    write(project, "docs/direct.py", FILES["docs/direct.py"] + "print('more')\n")
    shown = lessons.refresh(project, Kernels(project, warm=()), needs=("no_such_package",))
    assert "python scripts/dev.py pages" in shown["direct.py"].problem
    assert shown["through.py"].problem == ""
    assert shown["through.py"].record is not None
