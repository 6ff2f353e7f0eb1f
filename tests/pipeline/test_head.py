"""What stands under a page's title."""

import html
import re

import pytest
from pipeline import head
from pipeline.records import Record

RECORD = Record("a/p.py", "key", {}, [], {"seconds": 3.14})
PAGE = "# The question\n\nProse.\n"


@pytest.mark.parametrize(("words", "minutes"), [(0, 1), (200, 1), (600, 3), (1500, 8)])
def test_two_hundred_words_take_a_minute(words: int, minutes: int):
    assert head.minutes_to_read("word " * words) == minutes


def test_code_counts_a_third_of_prose():
    code = "```python\n" + "word " * 1795 + "\n```\n"
    assert head.minutes_to_read(code) == 3


def test_tags_are_not_read():
    assert head.minutes_to_read('<div class="a b c d">' * 400) == 1


def test_the_head_stands_under_the_title_and_the_prose_under_the_head():
    shown = head.with_head(PAGE, {"summary": "Two lines."}, RECORD, notebook="p.ipynb")
    lines = shown.split("\n")
    assert lines[0] == "# The question"
    places = [shown.index(part) for part in ("mn-head", "Two lines.", "mn-chips", "Prose.")]
    assert places == sorted(places)


def test_chips_say_time_run_needs_and_notebook():
    meta = {"needs": ["[this](a.md)", "[that](b.md)"]}
    shown = head.with_head(PAGE, meta, RECORD, notebook="p.ipynb")
    assert re.findall(r'data-kind="(\w+)"', shown) == ["time", "run", "need", "need", "notebook"]
    assert "runs in 3.1 s on one core" in shown
    assert 'href="p.ipynb" download' in shown
    assert "first: [this](a.md)" in shown


def test_a_note_without_code_has_neither_run_nor_notebook():
    shown = head.with_head(PAGE, {}, None)
    assert re.findall(r'data-kind="(\w+)"', shown) == ["time"]


def test_without_a_problem_there_is_no_box():
    assert head.with_problem(PAGE, "") == PAGE


def test_a_problem_stands_under_the_title_with_its_command_as_code():
    shown = head.with_problem(PAGE, "changed. `python x.py` installs the rest.")
    assert shown.startswith("# The question\n\n")
    assert "<p>changed. <code>python x.py</code> installs the rest.</p>" in shown
    assert 'role="alert"' in shown
    assert "<pre" not in shown


@pytest.mark.parametrize(
    "trace", ["line 10", "x < 1 & y\n\n# not a title\n10", "100\n1;\n", "'<script>'"]
)
def test_a_trace_is_escaped_and_whole(trace: str):
    shown = head.with_problem(PAGE, f"code cell 1 raised\n\n{trace}")
    box = next(line for line in shown.split("\n") if "mn-error" in line)
    inside = re.search(r"<pre[^>]*>(.*)</pre>", box)
    assert inside is not None
    assert html.unescape(inside[1]) == trace.strip("\n")
    assert "<script>" not in box
