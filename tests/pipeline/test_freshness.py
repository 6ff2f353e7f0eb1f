"""Which edits execute which pages."""

import shutil

import pytest

from mechnotes import digests
from tests.pipeline.conftest import FILES, page, write

pytestmark = pytest.mark.pages


def test_first_visit_executes_all_pages_and_the_second_none(executed):
    assert executed() == ["data.py", "direct.py", "other.py", "through.py", "weights.py"]
    assert executed() == []


def test_edit_of_prose_executes_nothing(project, executed):
    executed()
    write(project, "docs/direct.py", FILES["docs/direct.py"].replace("Some prose", "Better prose"))
    assert executed() == []


def test_edit_of_alt_and_caption_executes_nothing(project, executed):
    executed()
    text = FILES["docs/direct.py"].replace("# %%\n", '# %% alt="new" caption="newer"\n')
    write(project, "docs/direct.py", text)
    assert executed() == []


def test_edit_of_code_executes_that_page(project, executed):
    executed()
    write(project, "docs/direct.py", FILES["docs/direct.py"] + "print('more')\n")
    assert executed() == ["direct.py"]


def test_edit_of_a_module_executes_the_pages_that_reach_it_also_through_another(project, executed):
    executed()
    write(project, "lib/inner.py", "def value():\n    return 4\n")
    assert executed() == ["direct.py", "through.py"]


def test_edit_of_a_docstring_or_comment_executes_nothing(project, executed):
    executed()
    write(project, "lib/inner.py", 'def value():\n    """Three."""\n    return 3  # three\n')
    assert executed() == []


def test_edit_of_a_data_file_executes_the_page_that_opened_it(project, executed):
    executed()
    write(project, "lib/numbers.txt", "4 5 6\n")
    assert executed() == ["data.py"]


def test_edit_of_a_weight_file_read_outside_python_executes_the_page_that_reported_it(
    project, executed
):
    executed()
    write(project, "lib/weights.bin", "other weights")
    assert executed() == ["weights.py"]


def test_switching_a_branch_back_finds_the_earlier_record(project, executed):
    executed()
    write(project, "lib/inner.py", "def value():\n    return 5\n")
    executed()
    write(project, "lib/inner.py", FILES["lib/inner.py"])
    assert executed() == []


def test_a_module_in_mid_edit_is_a_change_and_not_a_crash(project, executed):
    executed()
    write(project, "lib/alone.py", "def word(:\n")
    assert executed() == []  # other.py was tried, and failed
    write(project, "lib/alone.py", FILES["lib/alone.py"])
    assert executed() == []


def test_a_lost_cache_only_costs_time(project, executed):
    executed()
    shutil.rmtree(project.cache)
    assert len(executed()) == 5


def test_a_folder_read_is_fresh_until_a_module_is_added(project, executed):
    code = "\nimport sys\n\nimport lib\n\nsys.audit('mechnotes.read', lib.__path__[0])"
    write(project, "docs/weights.py", page(code))
    assert "weights.py" in executed()
    write(project, "lib/added.py", "")
    assert executed() == ["weights.py"]


def test_digest_of_a_file_follows_its_content(project):
    before = project.digest("lib/inner.py")
    assert before == digests.file_digest(project.root / "lib/inner.py")
    write(project, "lib/inner.py", "def value():\n    return 1000\n")
    assert project.digest("lib/inner.py") != before
