"""Requests to other hosts."""

import pytest
from checks import outside

from tests.checks.small import Write, body, only


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
    assert list(outside.check(write(**{"assets__javascripts__bundle.js": theme}))) == []
