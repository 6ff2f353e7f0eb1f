"""Pages whose frame is incomplete."""

import pytest
from checks import structure

from tests.checks.small import HOME, PAGE, Write, body, only


@pytest.mark.parametrize(
    ("fault", "what"),
    [
        ("<h1>Another</h1>", "h1"),
        ("<h4>Too deep</h4>", "heading level"),
        ('<h2><a href="#more">¶</a></h2>', "empty heading"),
        ('<p id="more">a</p>', "duplicate id"),
    ],
)
def test_a_fault_in_the_order_of_a_page_is_found(write: Write, fault: str, what: str):
    assert only(structure.check(write(**body(fault)))).what == what


@pytest.mark.parametrize(
    ("part", "instead", "what"),
    [
        ("<title>A page</title>", "", "title"),
        ("<title>A page</title>", "<title> </title>", "title"),
        ('content="What it says"', 'content=""', "description"),
        ('<html lang="en">', "<html>", "language"),
        ('<h1 id="top-heading">A page</h1>', "", "h1"),
        ("<h1", "<h2>Before</h2><h1", "heading level"),
    ],
)
def test_a_missing_part_of_a_page_is_found(write: Write, part: str, instead: str, what: str):
    text = PAGE.format(up="", canonical=HOME, body="").replace(part, instead)
    assert only(structure.check(write(**{"page.html": text}))).what == what
