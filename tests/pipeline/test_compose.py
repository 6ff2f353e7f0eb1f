"""Prose and outputs joined to Markdown."""

import html
import re

import pytest
from pipeline import compose, source
from pipeline.records import Record
from pipeline.source import Page, PageError

from tests.pipeline.conftest import TITLE

SVG = '<svg width="72pt" height="36pt" viewBox="0 0 72 36"><g/></svg>'
FIGURE = {"kind": "figure", "svg": SVG, "data": []}


def text(said: str) -> dict:
    return {"kind": "text", "text": said}


def page(*headers: str) -> Page:
    """A page with one code cell for each header."""
    return source.parse("p.py", TITLE + "\n\n".join(f"# %%{head}\nx = 1" for head in headers))


def composed(outputs: list[dict], header: str = "") -> compose.Composed:
    """The page whose only code cell said this."""
    wanted = page(header)
    return compose.compose(wanted, Record("p.py", wanted.key, {}, [outputs]))


def line_with(words: str, markdown: str) -> str:
    return next(line for line in markdown.split("\n") if words in line)


def test_a_figure_without_alt_text_is_refused_and_its_cell_is_named():
    with pytest.raises(PageError, match=r'the figure of cell "x = 1" has no alt'):
        composed([FIGURE])


def test_a_caption_is_markdown_under_its_figure():
    shown = composed([FIGURE], ' alt="A box" caption="It is *empty*."').markdown
    assert '<figcaption markdown="span">It is *empty*.</figcaption>' in shown
    assert shown.index("<svg") < shown.index("<figcaption")
    assert 'aria-label="A box"' in shown


def test_a_figure_without_caption_has_none():
    assert "figcaption" not in composed([FIGURE], ' alt="A box"').markdown


@pytest.mark.parametrize(
    "said",
    [
        "1 < 2 && 3 > 2\n",
        "a\n\n    b\n\n# c\n",
        "<script>alert(1)</script>\n",
        "&amp; *b* [c](d)\n",
    ],
)
def test_text_is_escaped_and_on_one_line(said: str):
    shown = composed([text(said)]).markdown
    line = line_with("mn-output", shown)
    inside = re.fullmatch(r".*<code>(.*)</code></pre></div>", line)
    assert inside is not None
    assert html.unescape(inside[1]) == said.rstrip("\n")
    assert "<script>" not in line


def test_text_output_is_left_out_of_the_search():
    assert "data-search-exclude" in line_with("42", composed([text("42\n")]).markdown)


def test_a_figure_is_left_out_of_the_search_and_its_caption_is_not():
    shown = composed([FIGURE], ' alt="A box" caption="A claim."').markdown
    assert "data-search-exclude" in line_with("<svg", shown)
    assert "data-search-exclude" not in line_with("A claim.", shown)


def test_html_output_stands_on_one_line_as_it_is():
    shown = composed([{"kind": "html", "text": "<table>\n<tr>\n</table>"}]).markdown
    assert "<table> <tr> </table>" in shown


def test_a_markdown_output_stays_markdown():
    shown = composed([{"kind": "markdown", "text": "See [this](other.md): $x^2$"}]).markdown
    assert "\n\nSee [this](other.md): $x^2$\n\n" in shown
    assert 'markdown="block"' in line_with("mn-say", shown)


def test_hidden_code_is_folded_and_its_output_is_not():
    shown = composed([text("42\n")], ' tags=["hide-input"]').markdown
    folded = shown[shown.index("<details") : shown.index("</details>")]
    assert "x = 1" in folded
    assert "42" not in folded


def test_without_a_record_cells_stand_without_outputs():
    shown = compose.compose(page("", ""), None)
    assert shown.markdown.count("x = 1") == 2
    assert "mn-output" not in shown.markdown
    assert shown.files == {}


def test_outputs_follow_their_own_cells_in_order():
    wanted = page("", "")
    cells = [[text("first\n"), text("second\n")], [text("third\n")]]
    shown = compose.compose(wanted, Record("p.py", wanted.key, {}, cells)).markdown
    places = [shown.index(word) for word in ("x = 1", "first", "second", "third")]
    assert places == sorted(places)
    assert shown.count("x = 1") == 2
    assert shown.index("second") < shown.rindex("x = 1") < shown.index("third")


def test_figures_of_one_page_get_names_of_their_own():
    marked = SVG.replace("<g/>", '<g id="i0"/><use href="#i0"/>')
    wanted = page(' alt="a"', ' alt="b"')
    figure = FIGURE | {"svg": marked}
    shown = compose.compose(wanted, Record("p.py", wanted.key, {}, [[figure, figure], [figure]]))
    names = re.findall(r' id="([^"]+)"', shown.markdown)
    assert len(names) == len(set(names)) == 3


def test_code_may_hold_a_fence_of_its_own():
    lines = ['x = """', "```", "fenced", "```", '"""']
    source_text = f"{TITLE}# %%\n" + "\n".join(lines)
    shown = compose.compose(source.parse("p.py", source_text), None).markdown
    fence = line_with(".mn-code", shown).split(" ")[0]
    assert fence not in lines


def test_front_matter_comes_through():
    text_with_meta = f"# ---\n# summary: Wörter\n# order: 3\n# ---\n\n{TITLE}"
    shown = compose.compose(source.parse("p.py", text_with_meta), None).markdown
    assert shown.startswith("---\norder: 3\nsummary: Wörter\n---\n")
