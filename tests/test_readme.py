"""The README's example runs and prints what the README says."""

import contextlib
import io
import re

from tests.contracts.sources import ROOT

README = (ROOT / "README.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, flags=re.S | re.M)


def test_the_example_prints_what_stands_below_it():
    (example,), (printed,) = blocks("python"), blocks("text")
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(compile(example, "README.md", "exec"), {})
    assert said.getvalue() == printed


def test_it_stays_short_and_names_files_that_exist():
    assert len(README.splitlines()) <= 120
    linked = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)
    assert [name for name in linked if not (ROOT / name).exists()] == []


def test_contributing_stays_short():
    assert len((ROOT / "CONTRIBUTING.md").read_text("utf-8").splitlines()) <= 60
