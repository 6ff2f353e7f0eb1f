"""A small sound site and package to put one fault into."""

import zlib
from collections.abc import Callable, Iterable

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


def body(site_body: str) -> dict[str, str]:
    """The home page with something more in its body."""
    return {"index.html": GOOD["index.html"] + site_body}


def only(problems: Iterable[Problem]) -> Problem:
    """The single problem that a check found."""
    found = list(problems)
    assert len(found) == 1, [str(one) for one in found]
    return found[0]


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


def documented(write: Write, names: dict[str, str], *, without_anchor: str = "") -> Site:
    """A site whose reference lists these names, and one of them twice."""
    lines = [f"{name} {role} 1 ref/#$ -" for name, role in names.items()]
    lines.append("lib.topic.again.compute py:function 2 ref/#lib.topic.home.compute -")
    page = "".join(f'<p id="{name}">a</p>' for name in names if name != without_anchor)
    site = write(**{"ref__index.html": page})
    header = b"# Sphinx inventory version 2\n# Project: lib\n# Version: 1\n# zlib\n"
    packed = zlib.compress("\n".join(lines).encode())
    (site.root / "objects.inv").write_bytes(header + packed)
    return site
