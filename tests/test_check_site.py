"""Each check finds the fault it is for in a small site, and nothing in a sound one."""

import random
import zlib
from collections.abc import Callable
from pathlib import Path

import check_site
import pytest
from checks import inventory, links, outside, pictures, structure, weight
from checks.site import Problem, Site

PAGE = """<!doctype html>
<html lang="en"><head><title>A page</title><meta name="description" content="What it says">
<link rel="stylesheet" href="{up}site.css"><link rel="canonical" href="{canonical}"></head>
<body><h1 id="top-heading">A page</h1><p>Text.</p>{body}</body></html>
"""
HOME = "https://example.org/notes/"
FIGURE = '<figure><svg role="img" aria-label="A line"><path clip-path="url(#c)"/></svg></figure>'
GOOD = {
    "index.html": f"""
        <img src="a.png" alt="A dot"> <img src="a.png" alt=""> <h2 id="more">More</h2>
        <svg viewBox="0 0 1 1"><clipPath id="c"/><use href="#c"/></svg> {FIGURE}
        <a href="sub/">sub</a> <a href="sub/#part">part</a> <a href="#more">more</a>
        <a href="https://example.com/paper">paper</a> <a href="mailto:a@example.org">mail</a>
        <a href="sub/a%20b.txt" download>file</a> <a href="{HOME}sub/#part">own address</a>
        <script>const svg = "http://www.w3.org/2000/svg" // https://example.com says why
        </script>""",
    "sub/index.html": '<h2 id="part">Part</h2><a href="..">up</a> <a href="/notes/sub/">here</a>',
}
OTHER_FILES = {
    "site.css": 'p { background: url("a.png") } /* url("gone.png") */',
    "a.png": "not really a picture",
    "sub/a b.txt": "text",
}

Write = Callable[..., Site]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a site: a sound one, with some of its files replaced or added."""

    def written(**replaced: str) -> Site:
        files = GOOD | OTHER_FILES | {name.replace("__", "/"): t for name, t in replaced.items()}
        for name, text in files.items():
            path = tmp_path / "site" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            is_body = name.endswith(".html") and "<html" not in text
            up = "../" * name.count("/")
            path.write_text(PAGE.format(up=up, canonical=HOME, body=text) if is_body else text)
        return Site(tmp_path / "site")

    return written


def body(site_body: str) -> dict[str, str]:
    """The home page with something more in its body."""
    return {"index.html": GOOD["index.html"] + site_body}


CHECKS = (links.check, pictures.check, structure.check, outside.check, weight.check)


@pytest.mark.parametrize("check", CHECKS)
def test_a_sound_site_passes(write: Write, check: Callable):
    assert list(check(write())) == []


def only(problems: object) -> Problem:
    """The single problem that a check found."""
    found = list(problems)  # type: ignore[call-overload]
    assert len(found) == 1, [str(one) for one in found]
    return found[0]


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


@pytest.mark.parametrize(
    "fault",
    [
        '<img src="a.png">',
        '<figure><img src="a.png" alt=""></figure>',
        '<svg role="img"><path/></svg>',
        '<svg role="img" aria-label=""></svg>',
        "<figure><svg><path/></svg></figure>",
        '<figure><svg role="img" aria-hidden="true" aria-label="A line"></svg></figure>',
    ],
)
def test_a_picture_without_words_is_found(write: Write, fault: str):
    assert only(pictures.check(write(**body(fault)))).what == "picture without words"


@pytest.mark.parametrize(
    "sound", ['<svg role="img" aria-hidden="true"></svg>', '<img src="a.png" aria-hidden="true">']
)
def test_a_hidden_decoration_needs_no_words(write: Write, sound: str):
    assert list(pictures.check(write(**body(sound)))) == []


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


@pytest.mark.parametrize(
    "fault",
    [
        '<script src="https://cdn.example.com/a.js"></script>',
        '<link rel="stylesheet" href="//fonts.example.com/css">',
        '<link rel="preconnect" href="https://fonts.example.com">',
        '<img src="https://example.com/a.png" alt="A dot">',
        '<img src="a.png" srcset="https://example.com/a.png 2x" alt="A dot">',
        '<iframe src="https://example.com/"></iframe>',
        '<p style="background: url(https://example.com/a.png)">a</p>',
        "<style>@import 'https://example.com/a.css';</style>",
        '<svg><image href="https://example.com/a.png"/></svg>',
        '<form action="https://example.com/"></form>',
        '<script>fetch("https://example.com/count")</script>',
        "<script>import('//cdn.example.com/a.js')</script>",
        '<meta http-equiv="refresh" content="0; url=https://example.com/">',
        '<pre class="mermaid">graph</pre>',
        '<a data-md-component="source" href="https://github.com/a/b">a</a>',
    ],
)
def test_a_request_to_another_host_is_found(write: Write, fault: str):
    problem = only(outside.check(write(**body(fault))))
    assert (problem.page, problem.what) == ("index.html", "third party")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("site.css", "@font-face { src: url(https://fonts.example.com/a.woff2) }"),
        ("a.js", 'new Worker("https://example.com/worker.js")'),
        ("a.js", "new WebSocket(`wss://example.com/${room}`)"),
        ("a.svg", '<svg><image href="https://example.com/a.png"/></svg>'),
        ("assets__javascripts__bundle.js", 'load("https://unpkg.com/another")'),
    ],
)
def test_a_request_from_a_file_is_found(write: Write, name: str, text: str):
    assert only(outside.check(write(**{name: text}))).page == name.replace("__", "/")


def test_what_the_theme_fetches_on_other_pages_only_passes(write: Write):
    theme = 'load("https://unpkg.com/mermaid@11/dist/mermaid.min.js")'
    assert list(outside.check(write(assets__javascripts__bundle=theme))) == []


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
    files = {name: HEAVY for name in ("heavy.png", "also.png", "heavy.js", "also.js")}
    problem = only(weight.check(write(**body(fault), **files)))
    assert problem.what == "weight"
    assert file in problem.detail


def test_fonts_of_a_stylesheet_that_another_imports_count(write: Write):
    files = {"site.css": '@import "more.css"; a { src: url(a.woff2) }', "a.woff2": HEAVY}
    site = write(**files, **{"more.css": "p { src: url(b.woff2) }", "b.woff2": HEAVY})
    assert {problem.page for problem in weight.check(site)} == set(GOOD)


def test_of_a_light_and_a_dark_version_the_heavier_counts(write: Write):
    pair = '<img class="mn-only-light" src="l.png" alt="A"><img class="mn-only-dark" src="d.png" alt="A">'
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


PACKAGE = {
    "__init__.py": '"""A package."""\n',
    "topic/__init__.py": "",
    "topic/home.py": "def compute(): ...\n\nclass Config: ...\n\ndef _hidden(): ...\n",
    "topic/again.py": "from lib.topic.home import compute as compute\n",
    "topic/door.py": "from lib._inner import made as made\nfrom lib._inner import other\n",
    "_inner.py": "def made(): ...\n\ndef other(): ...\n",
}
NAMES = {
    "lib": "py:module",
    "lib.topic": "py:module",
    "lib.topic.home": "py:module",
    "lib.topic.home.compute": "py:function",
    "lib.topic.home.Config": "py:class",
    "lib.topic.home.Config.size": "py:attribute",
    "lib.topic.again": "py:module",
    "lib.topic.door": "py:module",
    "lib.topic.door.made": "py:function",
}


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package with every way to be public and private."""
    for name, text in PACKAGE.items():
        path = tmp_path / "lib" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "lib"


def documented(write: Write, names: dict[str, str], *, without_anchor: str = "") -> Site:
    """A site whose reference lists these names, and one of them twice."""
    lines = [f"{name} {role} 1 ref/#$ -" for name, role in names.items()]
    lines.append("lib.topic.again.compute py:function 2 ref/#lib.topic.home.compute -")
    page = "".join(f'<p id="{name}">a</p>' for name in names if name != without_anchor)
    site = write(ref__index=page, **{"ref__index.html": page})
    header = "# Sphinx inventory version 2\n# Project: lib\n# Version: 1\n# zlib\n".encode()
    packed = zlib.compress("\n".join(lines).encode())
    (site.root / "objects.inv").write_bytes(header + packed)
    return site


def test_a_reference_that_equals_the_public_api_passes(write: Write, package: Path):
    assert list(inventory.check(documented(write, NAMES), package)) == []


@pytest.mark.parametrize("name", ["lib.topic.home.Config", "lib.topic.door.made", "lib.topic"])
def test_a_public_name_without_reference_is_found(write: Write, package: Path, name: str):
    names = {key: role for key, role in NAMES.items() if key != name}
    problem = only(inventory.check(documented(write, names), package))
    assert problem.detail == f"{name} is public and missing in the reference"


@pytest.mark.parametrize("name", ["lib.topic.home._hidden", "lib.topic.door.other", "lib.gone"])
def test_a_reference_to_what_is_not_public_is_found(write: Write, package: Path, name: str):
    problem = only(inventory.check(documented(write, NAMES | {name: "py:function"}), package))
    assert problem.detail == f"{name} is in the reference and not public"


def test_a_reference_that_leads_nowhere_is_found(write: Write, package: Path):
    site = documented(write, NAMES, without_anchor="lib.topic.home.Config")
    assert only(inventory.check(site, package)).what == "dead link"


def test_a_site_without_inventory_is_found(write: Write, package: Path):
    assert only(inventory.check(write(), package)).page == "objects.inv"


def test_an_inventory_of_another_version_is_refused(tmp_path: Path):
    (tmp_path / "objects.inv").write_bytes(b"# Sphinx inventory version 1\n\n\n\n")
    with pytest.raises(ValueError, match="not as a version 2 inventory"):
        list(inventory.read(tmp_path / "objects.inv"))


def test_the_command_prints_a_line_a_problem_and_fails(
    write: Write, package: Path, capsys: pytest.CaptureFixture[str]
):
    site = documented(write, NAMES)
    (site.root / "bad.html").write_text(PAGE.format(up="", canonical=HOME, body="<h1>B</h1>"))
    assert check_site.main([str(site.root), "--package", str(package)]) == 1
    printed = capsys.readouterr().out.splitlines()
    assert printed[0] == "bad.html: h1: expected exactly one, got 2 ['A page', 'B']"
    assert "structure 1" in printed[-1]
    assert len(printed) == 3


def test_the_command_passes_a_sound_site(write: Write, package: Path):
    assert check_site.main([str(documented(write, NAMES).root), "--package", str(package)]) == 0


def test_the_command_says_what_to_do_without_a_site(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert check_site.main([str(tmp_path)]) == 1
    assert "python scripts/dev.py build" in capsys.readouterr().err


@pytest.mark.pages
def test_the_built_site_is_sound(built_site: Path, capsys: pytest.CaptureFixture[str]):
    status = check_site.main([str(built_site)])
    assert status == 0, capsys.readouterr().out
