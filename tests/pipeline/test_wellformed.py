"""Outputs that would break a page are refused."""

import pytest
from pipeline import runner, source, wellformed
from pipeline.kernels import Kernels
from pipeline.source import PageError

from tests.pipeline.conftest import page


@pytest.mark.parametrize(
    "text", ["<p>a</p>", "<br>", "a < b", "<ul><li>x</li></ul>", "<img src='x'>"]
)
def test_balanced_html_passes(text: str):
    assert wellformed.problem({"kind": "html", "text": text}) == ""


@pytest.mark.parametrize("text", ["<p>a</p></div>", "<div>", "<b><i>x</b></i>"])
def test_html_that_would_break_the_page_is_named(text: str):
    for kind in ("html", "markdown"):
        assert "shows HTML in which <" in wellformed.problem({"kind": kind, "text": text})
    assert wellformed.problem({"kind": "text", "text": text}) == ""


def test_a_flood_of_text_is_refused():
    assert "print less" in wellformed.problem({"kind": "text", "text": "x" * 100_001})


def test_terminal_text_becomes_what_a_screen_shows():
    assert wellformed.plain("10%\r50%\r100%\n\x1b[31mred\x1b[0m\ta") == "100%\nred     a"


@pytest.mark.pages
def test_a_page_with_a_broken_output_is_refused(project):
    code = "\nfrom IPython.display import HTML\n\nHTML('<p>x</p></div>')"
    with pytest.raises(PageError, match=r"code cell 1 shows HTML in which <div>"):
        runner.execute(project, source.parse("a.py", page(code)), Kernels(project, warm=()))
