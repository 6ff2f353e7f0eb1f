"""The map to point at: every cell is there, says its sentence, and carries no foreign HTML."""

from html.parser import HTMLParser

import pytest
import torch

from mechnotes.plots import picker


class Cells(HTMLParser):
    """Collects the buttons and checks that every tag is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.buttons: list[dict[str, str | None]] = []
        self.headers = 0

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        self.headers += tag == "th"
        if tag == "button":
            self.buttons.append(dict(attrs))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture
def made() -> picker.Picker:
    values = torch.tensor([[0.5, -2.0], [0.0, 1.0]])
    notes = {(r, c): f'head {r} at "{c}" & <bos>' for r in range(2) for c in range(2)}
    return picker.make(
        values, rows=("0.0", "0.1"), columns=("<bos>", "to"), notes=notes, label="recovered"
    )


def test_each_cell_says_its_sentence_and_has_its_colour(made):
    cells = Cells()
    cells.feed(made._repr_html_())
    assert cells.open == []
    assert [cell["aria-label"] for cell in cells.buttons] == [n for row in made.notes for n in row]
    assert [cell["class"] for cell in cells.buttons] == ["mn-more", "mn-less", "mn-more", "mn-more"]
    assert [cell["style"][-4:] for cell in cells.buttons] == ["0.50", "1.00", "0.00", "1.00"]
    assert cells.headers == 4


def test_words_with_angle_brackets_are_text(made):
    assert "<bos>" not in made._repr_html_()
    assert "&lt;bos&gt;" in made._repr_html_()


@pytest.mark.bad_input
def test_a_cell_without_a_sentence_is_refused():
    with pytest.raises(ValueError, match=r"notes: got none for \[\(0, 1\)\]"):
        picker.make(
            torch.zeros(1, 2), rows=["a"], columns=["b", "c"], notes={(0, 0): "x"}, label=""
        )
