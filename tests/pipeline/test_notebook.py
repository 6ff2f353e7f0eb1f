"""The notebook that a reader downloads."""

import nbformat
import pytest
from pipeline import notebook, source

from tests.pipeline.conftest import TITLE

PROSE = "# # A question\n#\n# {}\n"
FOLDER = "https://example.org/notes/examples/"


def cells(text: str, **options: str) -> list:
    """Cells of the notebook made from a page's text."""
    made = notebook.notebook(source.parse("p.py", text), **options)
    return nbformat.reads(made, as_version=4).cells


def prose(written: str, **options: str) -> str:
    """A line of prose as the notebook holds it."""
    (cell,) = cells("# %% [markdown]\n" + PROSE.format(written), **options)
    return cell.source.split("\n")[-1]


def test_it_is_valid_and_the_same_on_every_call():
    text = f"{TITLE}# %% alt='A'\nx = 1\n\n# %% tags=[\"hide-input\"]\nx\n"
    first, second = (notebook.notebook(source.parse("p.py", text)) for _ in range(2))
    assert first == second
    nbformat.validate(nbformat.reads(first, as_version=4))


def test_it_holds_the_pages_cells_without_outputs():
    made = cells(f"{TITLE}# %%\nx = 1\n\n# %%\nprint(x)\n")
    assert [cell.cell_type for cell in made] == ["markdown", "code", "code"]
    assert [cell.source for cell in made[1:]] == ["x = 1", "print(x)"]
    assert all(cell.outputs == [] and cell.execution_count is None for cell in made[1:])


def test_front_matter_stays_out():
    made = cells(f"# ---\n# summary: S\n# ---\n\n{TITLE}")
    assert not any("summary" in cell.source for cell in made)


def test_an_installation_comes_first_where_one_is_given():
    made = cells(TITLE, install="git+https://example.org/x")
    assert made[0].source == "%pip install -q git+https://example.org/x"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("[next](20_next.py)", f"[next]({FOLDER}20_next/)"),
        ("[term](../glossary.md#bias)", "[term](https://example.org/notes/glossary/#bias)"),
        ("[home](../index.py)", "[home](https://example.org/notes/)"),
        ("[mine](myindex.md)", f"[mine]({FOLDER}myindex/)"),
        ("[data](table.csv)", f"[data]({FOLDER}table.csv)"),
    ],
)
def test_links_lead_to_the_site(written: str, read: str):
    assert prose(written, site_url=FOLDER) == read


@pytest.mark.parametrize("written", ["[a](20_next.py)", "[a](../index.md#b)"])
def test_links_lose_their_target_where_the_site_has_no_address(written: str):
    assert prose(written) == "a"


@pytest.mark.parametrize(
    "written", ["[a](https://example.com/b)", "[a](#below)", "![a](a.svg)", "`W[i][j]`", "$x[0]$"]
)
@pytest.mark.parametrize("site_url", ["", FOLDER])
def test_other_prose_is_left_alone(written: str, site_url: str):
    assert prose(written, site_url=site_url) == written


def test_a_link_into_the_reference_becomes_its_text():
    assert prose("See [`train`][mechnotes.a.train].") == "See `train`."


@pytest.mark.parametrize(
    ("uri", "place"), [("index.py", "index.ipynb"), ("a/20_b.py", "a/20_b/20_b.ipynb")]
)
def test_a_notebook_lies_beside_its_page(uri: str, place: str):
    assert str(notebook.folder(uri) / notebook.name(uri)) == place


def test_colab_opens_the_published_notebook_of_a_github_repository_only():
    address = notebook.colab("https://github.com/me/notes.git", "a/20_b.py")
    assert address.endswith("/github/me/notes/blob/gh-pages/a/20_b/20_b.ipynb")
    assert notebook.colab(None, "a.py") == ""
    assert notebook.colab("https://example.org/me/notes", "a.py") == ""
