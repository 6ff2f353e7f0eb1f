"""Pages that load too much."""

import random

import pytest
from checks import weight

from tests.checks.small import GOOD, Write, body, only


def noise(count: int) -> str:
    """Text that gzip cannot make much smaller."""
    draw = random.Random(count)
    return "".join(chr(draw.randrange(0x4E00, 0x9FFF)) for _ in range(count))


HEAVY = noise(120_000)  # more than 200 KB compressed


@pytest.mark.parametrize(
    ("fault", "file"),
    [
        ('<img src="heavy.png" alt="A"> <img src="also.png" alt="B">', "heavy.png"),
        ('<script src="heavy.png"></script><script src="also.png"></script>', "heavy.png"),
        ('<link rel="preload" href="heavy.png"><img src="also.png" alt="A">', "heavy.png"),
        ("<style>p { src: url(heavy.png) } a { src: url(also.png) }</style>", "heavy.png"),
        ('<script>fetch("heavy.js"); fetch("also.js")</script>', "heavy.js"),
    ],
)
def test_a_page_that_loads_too_much_is_found(write: Write, fault: str, file: str):
    files = dict.fromkeys(("heavy.png", "also.png", "heavy.js", "also.js"), HEAVY)
    problem = only(weight.check(write(**body(fault), **files)))
    assert problem.what == "weight"
    assert file in problem.detail


def test_fonts_of_a_stylesheet_that_another_imports_count(write: Write):
    files = {"site.css": '@import "more.css"; a { src: url(a.woff2) }', "a.woff2": HEAVY}
    site = write(**files, **{"more.css": "p { src: url(b.woff2) }", "b.woff2": HEAVY})
    assert {problem.page for problem in weight.check(site)} == set(GOOD)


def test_of_a_light_and_a_dark_version_the_heavier_counts(write: Write):
    light = '<img class="mn-only-light" src="l.png" alt="A">'
    pair = light + '<img class="mn-only-dark" src="d.png" alt="A">'
    site = write(**body(pair), **{"l.png": "light", "d.png": noise(100)})
    visited = weight.first_visit(site, site.pages["index.html"])
    assert "d.png" in visited
    assert "l.png" not in visited


def test_what_loads_on_search_does_not_count(write: Write):
    script = (
        """<script>const worker = "assets/javascripts/workers/a.js", more = "b.js#hash"</script>"""
    )
    site = write(**body(script), **{"assets__javascripts__workers__a.js": HEAVY, "b.js": "1"})
    visited = weight.first_visit(site, site.pages["index.html"])
    assert "b.js" in visited
    assert not any(path.startswith("assets/javascripts/workers") for path in visited)


KATEX = '<link rel="stylesheet" href="katex/katex.css">'
KATEX_FILES = {
    "katex__katex.css": "".join(
        f"@font-face {{ src: url(KaTeX_{name}.woff2) }}" for name in ("Main-Regular", "AMS-Regular")
    ),
    "katex__KaTeX_Main-Regular.woff2": "main",
    "katex__KaTeX_AMS-Regular.woff2": "ams",
}


@pytest.mark.parametrize(("formula", "has_ams"), [(r"\(x\)", False), (r"\(\mathbb{R}\)", True)])
def test_of_the_fonts_for_formulas_those_that_are_needed_count(
    write: Write, formula: str, has_ams: bool
):
    page = body(f'{KATEX}<span class="arithmatex">{formula}</span>')
    site = write(**page, **KATEX_FILES)
    visited = weight.first_visit(site, site.pages["index.html"])
    assert "katex/KaTeX_Main-Regular.woff2" in visited
    assert ("katex/KaTeX_AMS-Regular.woff2" in visited) == has_ams


def test_loading_katex_without_a_formula_is_found(write: Write):
    assert "no formula" in only(weight.check(write(**body(KATEX), **KATEX_FILES))).detail
