"""Files that an output brings: beside the page, named by content, compared, refused when wrong."""

import hashlib
import re

import pytest
from pipeline import attachments, compare, compose, runner, source, wellformed
from pipeline.kernels import Kernels
from pipeline.records import Record
from pipeline.source import PageError

from tests.pipeline.conftest import page

HTML = '<p data-list="files:list.js" data-parts="files:a-0.js files:a-1.js">files:</p>'
FILES = {"list.js": "told=[0.5,1]", "a-0.js": "told=1.234", "a-1.js": "told=2"}
OUTPUT = {"kind": "html", "text": HTML, "files": FILES}
SHOWS = """
class Shown:
    def _repr_mimebundle_(self, **_):
        files = {{"list.js": "told={content}"}}
        html = '<p data-list="files:list.js">a</p>'
        return {{"text/html": html, "application/x-mechnotes-files": files}}

Shown()"""


def composed(output: dict) -> compose.Composed:
    wanted = source.parse("p.py", page("\nx = 1"))
    return compose.compose(wanted, Record("p.py", wanted.key, {}, [[output]]))


def told(before: dict, after: dict) -> list[str]:
    wanted = source.parse("p.py", page("\nx = 1"))
    records = [Record("p.py", wanted.key, {}, [[output]]) for output in (before, after)]
    return list(compare.differences(wanted, *records))


def with_file(name: str, content: str) -> dict:
    return OUTPUT | {"files": FILES | {name: content}}


def test_files_lie_beside_the_page_under_the_names_that_the_html_says():
    made = composed(OUTPUT)
    assert sorted(made.files.values()) == sorted(text.encode() for text in FILES.values())
    (names,) = re.findall(r'data-parts="([^"]+)"', made.markdown)
    assert [made.files[name] for name in names.split()] == [b"told=1.234", b"told=2"]
    for name, content in made.files.items():
        assert name == f"{hashlib.sha256(content).hexdigest()[:12]}.js"


def test_a_changed_file_gets_another_name_and_the_others_keep_theirs():
    before, after = composed(OUTPUT), composed(with_file("a-1.js", "told=3"))
    assert len(set(before.files) & set(after.files)) == 2
    assert before.markdown != after.markdown


def test_html_without_files_may_say_what_it_likes():
    output = {"kind": "html", "text": "<p>files:list.js</p>"}
    assert "files:list.js" in composed(output).markdown
    assert wellformed.problem(output) == ""


def test_files_are_compared_like_text():
    assert told(OUTPUT, OUTPUT) == []
    assert told(OUTPUT, with_file("a-0.js", "told=1.2341")) == []
    assert told(OUTPUT, with_file("a-0.js", "told=1.3")) == [
        "code cell 1: its file a-0.js said 1.234, now says 1.3"
    ]
    (line,) = told(OUTPUT, with_file("a-1.js", "said=2"))
    assert line.startswith("code cell 1: its file a-1.js said 'told=2', now says")
    (line,) = told(OUTPUT, OUTPUT | {"files": {}})
    assert "it brought the files ['a-0.js', 'a-1.js', 'list.js'], now []" in line


WRONG = {
    "a file that is missing": (
        with_file("b.js", "") | {"text": HTML + "files:c.js"},
        "names files:c.js",
    ),
    "a file that nobody names": (
        with_file("b.js", ""),
        "brings a file b.js that its HTML does not",
    ),
    "a path": (OUTPUT | {"files": {"../a.js": ""}}, r"brings a file called '\.\./a\.js'"),
    "an unknown kind": (OUTPUT | {"files": {"a.exe": ""}}, r"brings a file called 'a\.exe'"),
    "no text": (with_file("a-0.js", 7), "brings a file a-0.js that is no text"),  # type: ignore[arg-type]
    "a flood": (with_file("a-0.js", "x" * 100_001), r"100,001 characters in its file a-0\.js"),
}


@pytest.mark.parametrize(("output", "message"), WRONG.values(), ids=WRONG)
def test_files_that_cannot_lie_beside_a_page_are_refused(output: dict, message: str):
    assert re.search(message, wellformed.problem(output))


@pytest.mark.pages
def test_an_object_on_a_page_may_bring_files(project):
    record = runner.execute(
        project, source.parse("a.py", page(SHOWS.format(content="[1]"))), Kernels(project, warm=())
    )
    (output,) = record.cells[0]
    assert output["files"] == {"list.js": "told=[1]"}
    assert (
        attachments.placed(output["text"], output["files"])[1].keys()
        == composed(output).files.keys()
    )


@pytest.mark.pages
def test_an_address_in_a_file_is_refused_as_it_is_in_text(project):
    code = page(SHOWS.format(content="0x7f00aa11bb22"))
    with pytest.raises(PageError, match="prints a memory address"):
        runner.execute(project, source.parse("a.py", code), Kernels(project, warm=()))
