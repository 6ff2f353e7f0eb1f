"""The site that `mkdocs build --strict` makes: what is checked, what lies where, what is redone."""

import html
import json
import re
import shutil
from pathlib import Path

import nbformat
import pytest
from pipeline.project import Project

from tests.pipeline import sites
from tests.pipeline.conftest import write
from tests.pipeline.sites import LESSON_URI, LESSON_URL

pytestmark = [pytest.mark.pages, pytest.mark.slow]

ALWAYS = ["reference/index.md"]
"""Rendered in every build: mkdocstrings sets itself up with it."""


@pytest.fixture(scope="module")
def cold(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A site, built once."""
    project = sites.make(tmp_path_factory.mktemp("site") / "cold")
    built = sites.build(project)
    assert built.returncode == 0, built.stdout
    assert len(sites.rendered(built)) == 9
    return project


@pytest.fixture
def warm(cold: Project, tmp_path: Path) -> Project:
    """A copy of the built site, with all that its builds remember."""
    shutil.copytree(cold.root, tmp_path / "warm")
    return Project(tmp_path / "warm")


def page(project: Project, url: str = LESSON_URL) -> str:
    return (project.root / "site" / url / "index.html").read_text()


def contents(project: Project) -> dict[str, bytes]:
    """Every file of the built site."""
    site = project.root / "site"
    return {str(path.relative_to(site)): path.read_bytes() for path in _files(site)}


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_lesson_shows_its_code_and_what_it_said(cold: Project):
    assert "said by the lesson: 3" in page(cold)
    assert 'class="mn-cell"' in page(cold)


def test_links_in_a_lesson_lead_to_pages_anchors_and_reference(cold: Project):
    links = re.findall(r'<a[^>]* href="([^"]+)"', page(cold))
    wanted = {
        "../../../notes/topic/#below",
        "../../../notes/plain/",
        "../../../reference/numbers/#mechnotes.numbers.value",
    }
    assert wanted <= set(links)


def test_the_reference_of_a_function_says_which_lesson_uses_it(cold: Project):
    shown = page(cold, "reference/numbers/")
    assert "Referenced by" in shown
    assert LESSON_URL in shown[shown.index("Referenced by") :]


def test_tooltips_come_from_the_glossary(cold: Project):
    assert '<abbr title="A number that is added.">bias</abbr>' in page(cold, "notes/topic/")


def test_figures_and_notebooks_lie_where_the_page_says(cold: Project):
    shown = page(cold, "examples/topic/20_figures/")
    folder = cold.root / "site/examples/topic/20_figures"
    sources = re.findall(r'<img class="mn-only-\w+" src="([^"]+)"', shown)
    (notebook,) = re.findall(r'href="([^"]+\.ipynb)"', shown)
    assert len(sources) == 2
    assert all((folder / source).is_file() for source in sources)
    assert shown.count('<svg role="img"') == 1
    nbformat.validate(nbformat.read(folder / notebook, as_version=4))


def test_files_that_an_output_brings_lie_where_the_page_says(cold: Project):
    (name,) = re.findall(r'<p data-numbers="([^"]+)"', page(cold, "examples/topic/20_figures/"))
    file = cold.root / "site/examples/topic/20_figures" / name
    assert file.read_text() == "told=[1,2]"


def test_the_notebook_of_the_home_page_lies_beside_it(cold: Project):
    (notebook,) = re.findall(r'href="([^"]+\.ipynb)"', page(cold, ""))
    assert (cold.root / "site" / notebook).is_file()


def test_what_cells_say_is_not_searched_and_prose_is(cold: Project):
    index = (cold.root / "site/search/search_index.json").read_text()
    searched = " ".join(entry["text"] for entry in json.loads(index)["docs"])
    assert "No code here" in searched
    assert "Small." in searched
    for absent in ("said by the lesson: 3", "wordinsmall", "one thread"):
        assert absent not in searched


def test_every_block_of_code_can_be_copied_and_none_waits_for_the_theme(cold: Project):
    pages = [path.read_text() for path in (cold.root / "site").rglob("index.html")]
    outputs = sum(page.count('<pre tabindex="0"><span class="mn-source">') for page in pages)
    blocks = sum(page.count('<span class="mn-source">') for page in pages)
    assert sum(page.count('class="mn-copy"') for page in pages) == blocks - outputs > 0
    assert outputs
    assert not [page for page in pages if re.search(r"<pre[^>]*>(<span></span>)?<code>", page)]


def test_no_output_breaks_out_of_its_box(warm: Project):
    said = "a < b & *c* [d](e) $f$ `g` <i>\n\n    h\n# i\n</div>\n"
    sites.change(warm, LESSON_URI, '"said by the lesson:", numbers.value()', f"{said!r}")
    built = sites.build(warm)
    assert built.returncode == 0, built.stdout
    (shown,) = re.findall(
        r'<pre tabindex="0">.*?<code>(.*?)</code>.*?</pre>\s*</div>', page(warm), re.S
    )
    assert html.unescape(shown) == said.rstrip("\n")


def test_a_page_that_raises_fails_the_build_and_is_named_with_its_cell(warm: Project):
    write(warm, LESSON_URI, f"{sites.LESSON}\n# %%\n1 / 0\n")
    built = sites.build(warm)
    assert built.returncode != 0
    said = "examples/topic/10_lesson.py: code cell 2 raised ZeroDivisionError: division by zero"
    assert said in built.stdout


@pytest.mark.parametrize(
    ("link", "told"),
    [
        ("../../notes/none.md", "but the target 'notes/none.md' is not found"),
        ("../../notes/topic.py#none", "does not contain an anchor '#none'"),
        ("#none", "there is no such anchor on this page"),
    ],
)
def test_a_dead_link_in_a_lesson_fails_the_strict_build(warm: Project, link: str, told: str):
    sites.change(warm, LESSON_URI, "../../notes/plain.md", link)
    built = sites.build(warm)
    assert built.returncode != 0
    assert told in built.stdout
    assert "Aborted with 1 warnings in strict mode" in built.stdout


def test_a_dead_link_is_told_again_by_the_next_build(warm: Project):
    sites.change(warm, LESSON_URI, "../../notes/plain.md", "../../notes/topic.py#none")
    sites.build(warm)
    built = sites.build(warm)
    assert built.returncode != 0
    assert "does not contain an anchor '#none'" in built.stdout


def test_a_missing_page_is_told_again_by_the_next_build(warm: Project):
    sites.change(warm, LESSON_URI, "../../notes/plain.md", "../../notes/none.md")
    sites.build(warm)
    built = sites.build(warm)
    assert built.returncode != 0
    assert "but the target 'notes/none.md' is not found" in built.stdout


def test_a_link_to_an_unknown_function_fails_the_strict_build(warm: Project):
    sites.change(warm, LESSON_URI, "mechnotes.numbers.value", "mechnotes.numbers.none")
    for _ in range(2):
        built = sites.build(warm)
        assert built.returncode != 0
        assert "Could not find cross-reference target 'mechnotes.numbers.none'" in built.stdout


def test_a_warm_build_renders_nothing_again_and_gives_the_same_site(warm: Project):
    before = contents(warm)
    built = sites.build(warm)
    assert built.returncode == 0, built.stdout
    assert sites.rendered(built) == ALWAYS
    after = contents(warm)
    assert after.pop("sitemap.xml.gz") and before.pop("sitemap.xml.gz")  # holds the time
    assert [name for name in before if before[name] != after.get(name)] == []
    assert set(before) == set(after)


def test_edit_of_a_module_renders_its_reference_page_and_the_lesson_that_said_it(warm: Project):
    sites.change(warm, "mechnotes/numbers.py", "return 3", "return 4")
    built = sites.build(warm)
    assert built.returncode == 0, built.stdout
    assert "said by the lesson: 4" in page(warm)
    lesson = "examples/topic/10_lesson.py"
    assert sites.rendered(built) == [lesson, "reference/index.md", "reference/numbers.md"]


def test_edit_of_a_docstring_renders_exactly_its_reference_page(warm: Project):
    sites.change(warm, "mechnotes/words.py", "Return a word.", "Return one word.")
    built = sites.build(warm)
    assert "Return one word." in page(warm, "reference/words/")
    assert sites.rendered(built) == ["reference/index.md", "reference/words.md"]


def test_edit_of_a_note_renders_that_note(warm: Project):
    sites.change(warm, "docs/notes/plain.md", "No code", "Still no code")
    built = sites.build(warm)
    assert "Still no code" in page(warm, "notes/plain/")
    assert sites.rendered(built) == ["notes/plain.md", "reference/index.md"]


def test_a_fresh_clone_with_committed_outputs_executes_nothing(warm: Project, tmp_path: Path):
    for path in _files(warm.cache):
        record = json.loads(path.read_text())
        target = (warm.committed / record["page"]).with_suffix(".json")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    shutil.rmtree(warm.root / ".cache")
    before = contents(warm)
    built = sites.build(warm)
    assert built.returncode == 0, built.stdout
    assert " ran " not in built.stdout
    assert contents(warm)["objects.inv"] == before["objects.inv"]
    assert contents(warm)[f"{LESSON_URL}index.html"] == before[f"{LESSON_URL}index.html"]
