"""A page as a notebook to download: its prose and code without outputs.

Links in prose point at the site's pages, which a notebook cannot reach by relative paths, so they
are written out against the site's address when one is set, and as plain text otherwise.
"""

import re
from functools import lru_cache
from pathlib import PurePosixPath
from urllib.parse import urljoin

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from .source import Page

LINK = re.compile(r"(?<!!)\[([^\]]+)\]\(((?!https?:|#)[^)\s]+)\)")
GITHUB = re.compile(r"https://github\.com/([^/]+/[^/]+?)(?:\.git)?/?$")
REFERENCE = re.compile(r"\[([^\]]+)\]\[(?:\w+(?:\.\w+)+)?\]")


@lru_cache(maxsize=256)
def notebook(page: Page, *, site_url: str = "", install: str = "") -> str:
    """JSON of the output-free notebook, the same on every call.

    Args:
        page: The page as written.
        site_url: Address at which the folder with the page's source is built; without it relative
            links lose their target.
        install: A shell command to put first, for notebooks that run away from a clone.
    """
    cells = [new_code_cell(f"%pip install -q {install}")] if install else []
    for cell in page.cells:
        if cell.kind == "code":
            cells.append(new_code_cell(cell.source))
        else:
            cells.append(new_markdown_cell(_plain(cell.source, site_url)))
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return nbformat.writes(new_notebook(cells=cells, metadata={"kernelspec": kernel}))


def folder(uri: str) -> PurePosixPath:
    """Folder of a page's `index.html` in the built site, where its notebook and figures lie too."""
    path = PurePosixPath(uri)
    return path.parent if path.stem == "index" else path.with_suffix("")


def name(uri: str) -> str:
    """File name of a page's notebook."""
    return f"{PurePosixPath(uri).stem}.ipynb"


def colab(repo_url: str | None, uri: str) -> str:
    """Where Colab opens a page's notebook; empty unless the repository is on GitHub.

    Args:
        repo_url: The site's `repo_url`; the built site is on its branch gh-pages.
        uri: The page.
    """
    found = GITHUB.match(repo_url or "")
    if not found:
        return ""
    place = f"{found[1]}/blob/gh-pages/{folder(uri) / name(uri)}"
    return f"https://colab.research.google.com/github/{place}"


def _plain(prose: str, site_url: str) -> str:
    def target(found: re.Match) -> str:
        if not site_url:
            return found[1]
        return f"[{found[1]}]({urljoin(site_url, _built(found[2]))})"

    return REFERENCE.sub(r"\1", LINK.sub(target, prose))


def _built(link: str) -> str:
    """Where the page that a link names lies on the site: `a/b.md#c` becomes `a/b/#c`."""
    path, sign, anchor = link.partition("#")
    if path.endswith((".md", ".py")):
        path = re.sub(r"(?:^|(?<=/))index/$", "", f"{path[:-3]}/")
    return f"{path}{sign}{anchor}"
