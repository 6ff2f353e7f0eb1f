"""Which differences between two runs of a page are told, and which are rounding."""

import copy

import pytest
from pipeline import compare, figures, in_kernel, source
from pipeline.records import Record

from mechnotes.plots import style
from tests.pipeline.conftest import page


def told(before: list[dict], after: list[dict], *, header: str = "") -> list[str]:
    """What is said about a page whose only code cell said this, then that."""
    wanted = source.parse("p.py", page(f"{header}\nx = 1"))
    records = [Record("p.py", wanted.key, {}, [outputs]) for outputs in (before, after)]
    return list(compare.differences(wanted, *records))


def text(said: str) -> dict:
    return {"kind": "text", "text": said}


def figure(change=lambda axes: None, *, height: float = 1.0) -> dict:
    """A recorded figure with a line, a bar, dots, a map and words, after `change`."""
    drawn, axes = style.figure(4, 2)
    axes.plot([0.0, 1.0, 2.0], [0.0, height, 4.0])
    axes.bar([0.0, 1.0], [1.0, height])
    axes.scatter([0.0, 1.0], [2.0, height])
    axes.imshow([[0.0, height], [1.0, 0.5]], extent=(0, 2, 0, 4))
    axes.set(title="loss 0.123", xlabel="steps", ylabel="nats")
    change(axes)
    bundle = in_kernel.show_figure(drawn)["application/x-mechnotes-figure"]
    return {"kind": "figure", **figures.kept(bundle)}


NEAR = {
    "the last printed digit": ("loss 0.123", "loss 0.124"),
    "a thousandth": ("loss 0.123456", "loss 0.123466"),
    "a thousandth of a large one": ("1234.5678", "1234.6678"),
    "the sign of zero": ("-0.00", "0.00"),
    "one digit more before the point": ("[ 9.9996, 1.0]", "[10.0002, 1.0]"),
    "an exponent": ("1.500e-05", "1.501e-05"),
    "another minus sign": ("\N{MINUS SIGN}1.25", "-1.25"),
}
FAR = {
    "a word": ("loss 0.123", "cost 0.123", "now says 'cost 0.123'"),
    "a digit before the last": ("loss 0.123", "loss 0.125", "said 0.123, now says 0.125"),
    "a small whole number": ("5 features", "6 features", "said 5, now says 6"),
    "a large whole number": ("12345 latents", "12346 latents", "said 12345, now says 12346"),
    "the sign": ("0.50", "-0.50", "said 0.50, now says -0.50"),
    "the exponent": ("1.5e-05", "1.5e-04", "said 1.5e-05, now says 1.5e-04"),
    "a number too few": ("1.0 2.0", "1.0", "now says '1.0'"),
    "not a number": ("1.0", "nan", "now says 'nan'"),
    "a word with digits": ("code 1a2b", "code 1a3b", "now says 'code 1a3b'"),
}


@pytest.mark.parametrize(("before", "after"), NEAR.values(), ids=NEAR)
def test_two_texts_that_differ_in_this_are_the_same(before: str, after: str):
    assert told([text(before)], [text(after)]) == []
    assert told([text(after)], [text(before)]) == []


@pytest.mark.parametrize(("before", "after", "message"), FAR.values(), ids=FAR)
def test_two_texts_that_differ_in_this_are_not(before: str, after: str, message: str):
    (line,) = told([text(before)], [text(after)])
    assert line.startswith("code cell 1: ")
    assert line.endswith(message)


@pytest.mark.parametrize("kind", ["html", "markdown"])
def test_html_and_markdown_are_compared_like_text(kind: str):
    before, after = ({"kind": kind, "text": f"<b>{word}</b>"} for word in ("yes", "no"))
    assert told([before], [dict(before)]) == []
    assert "now says '<b>no</b>'" in told([before], [after])[0]


def test_another_kind_of_output_is_told():
    assert told([text("1")], []) == ["code cell 1 showed ['text'], now nothing"]


@pytest.mark.parametrize("header", ["", ' tags=["hide-input"]'])
def test_trained_cells_may_say_other_numbers_and_others_may_not(header: str):
    before, after = [text("0.1")], [text("0.9")]
    assert told(before, after, header=' tags=["trained"]') == []
    assert told(before, after, header=header) != []


def test_a_trained_cell_must_show_the_same_kinds():
    assert told([text("1")], [figure()], header=' tags=["trained"]') != []


def test_the_same_figure_again_is_the_same():
    assert told([figure()], [figure()]) == []


@pytest.mark.parametrize("height", [1.0005, 0.9995])
def test_a_figure_within_a_thousandth_is_the_same(height: float):
    assert told([figure()], [figure(height=height)]) == []


def test_what_a_figure_looks_like_is_not_compared():
    before = figure()
    after = copy.deepcopy(before)
    for name in set(after) - {"kind", "data"}:
        after[name] = "another picture"
    assert told([before], [after]) == []


MOVED = {
    "line": lambda axes: axes.lines[0].set_ydata([0.0, 1.1, 4.0]),
    "patches": lambda axes: axes.patches[1].set_height(1.1),
    "marks": lambda axes: axes.collections[0].set_offsets([[0.0, 2.0], [1.0, 1.1]]),
    "map": lambda axes: axes.images[0].set_data([[0.0, 1.1], [1.0, 0.5]]),
}


@pytest.mark.parametrize(("kind", "change"), MOVED.items(), ids=MOVED)
def test_a_moved_part_of_a_figure_is_told(kind: str, change):
    (line,) = told([figure()], [figure(change)])
    assert line == f"code cell 1: the {kind} of its figure moved"


def test_a_number_in_a_figures_words_is_compared_like_text():
    near = figure(lambda axes: axes.set_title("loss 0.124"))
    far = figure(lambda axes: axes.set_title("loss 0.2"))
    assert told([figure()], [near]) == []
    assert told([figure()], [far]) == ["code cell 1: its figure said 0.123, now says 0.2"]


def test_a_word_more_or_less_in_a_figure_is_told():
    labelled = figure(lambda axes: axes.text(0, 0, "here"))
    for before, after in ((figure(), labelled), (labelled, figure())):
        (line,) = told([before], [after])
        assert line.startswith("code cell 1: its figure said ")


def test_another_number_of_points_is_told():
    longer = figure(lambda axes: axes.plot([0.0, 1.0], [0.0, 1.0]))
    assert told([figure()], [longer]) == ["code cell 1: its figure is drawn from other arrays"]
