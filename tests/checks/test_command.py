"""The whole command, on a sound site and on a faulty one."""

from collections.abc import Callable
from pathlib import Path

import check_site
import pytest
from checks import links, outside, pictures, structure, weight

from tests.checks.small import HOME, NAMES, PAGE, Write, documented

CHECKS = (links.check, pictures.check, structure.check, outside.check, weight.check)


@pytest.mark.parametrize("check", CHECKS)
def test_a_sound_site_passes(write: Write, check: Callable):
    assert list(check(write())) == []


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
