"""Addresses that lead nowhere."""

import pytest
from checks import links

from tests.checks.small import HOME, Write, body, only


@pytest.mark.parametrize(
    ("fault", "what"),
    [
        ('<a href="gone/">a</a>', "dead link"),
        ('<a href="../outside.txt">a</a>', "dead link"),
        ('<a href="sub/#gone">a</a>', "dead anchor"),
        ('<a href="#gone">a</a>', "dead anchor"),
        (f'<a href="{HOME}gone/">a</a>', "dead link"),
        ('<a href="/sub/page/">a</a>', "dead link"),
        ('<img src="gone.png" alt="">', "dead link"),
        ('<img src="a.png" srcset="a.png 1x, gone.png 2x" alt="">', "dead link"),
        ('<script src="gone.js"></script>', "dead link"),
        ('<svg><use href="#gone"/></svg>', "dead anchor"),
        ('<svg><path clip-path="url(#gone)"/></svg>', "dead anchor"),
        ('<p style="background: url(gone.png)">a</p>', "dead link"),
        ("<style>p { background: url('gone.png') }</style>", "dead link"),
        (f'<meta property="og:image" content="{HOME}gone.png">', "dead link"),
    ],
)
def test_a_dead_address_is_found(write: Write, fault: str, what: str):
    problem = only(links.check(write(**body(fault))))
    assert (problem.page, problem.what) == ("index.html", what)
    assert "gone" in problem.detail or "page/" in problem.detail or "outside" in problem.detail


def test_a_dead_address_in_a_stylesheet_is_found(write: Write):
    problem = only(links.check(write(**{"site.css": "p { background: url(gone.png) }"})))
    assert str(problem) == "site.css: dead link: url(gone.png)"
