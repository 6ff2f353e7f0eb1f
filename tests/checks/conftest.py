"""Writes the small site and package to a temporary folder."""

from pathlib import Path

import pytest
from checks.site import Site

from tests.checks.small import GOOD, HOME, OTHER_FILES, PACKAGE, PAGE, Write


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


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package with every way to be public and private."""
    for name, text in PACKAGE.items():
        path = tmp_path / "lib" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "lib"
