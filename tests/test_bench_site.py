"""The benchmark of the page pipeline, at its smallest: that it measures, never how fast it is."""

import json
import platform
import re
from pathlib import Path

import bench_site
import pytest
from bench import generate, report, sides

ROWS = [
    "cold build",
    "warm build",
    "edit a note",
    "edit a page's prose",
    "edit a page's code",
    "edit a module",
    "page, HTML",
    "page, gzip",
    "page and its figures, gzip",
]


@pytest.mark.pages
@pytest.mark.slow
def test_both_sides_are_measured_and_print_the_same_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
):
    monkeypatch.setattr(sides, "PAUSE", 0.5)
    command = ["--notes", "1", "--pages", "1", "--repeats", "1", "--results", str(tmp_path)]
    assert bench_site.main(command) == 0
    told = json.loads((tmp_path / "site-1.json").read_text())
    assert [row["what"] for row in told["rows"]] == ROWS
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", told["date"])
    assert told["machine"]["cores"] >= 1
    assert len(told["numbers"]) == 1
    for row in told["rows"]:
        assert set(row["all"]) == set(generate.SIDES)
        assert row["ours"] > 0
        assert row["stock"] is None or row["stock"] > 0
    stale = {row["what"]: row["stale"] for row in told["rows"] if row["stale"]}
    assert stale == {"edit a module": {"stock": 1}}
    lines = capsys.readouterr().out.splitlines()
    assert [line[:30].strip() for line in lines[2 : 2 + len(ROWS)]] == ROWS


def test_both_sides_get_the_same_pages_notes_and_package(tmp_path: Path):
    roots = generate.make(tmp_path, notes=3, pages=2)
    files = {
        side: {path.relative_to(root).as_posix(): path for path in root.rglob("*.*")}
        for side, root in roots.items()
    }
    shared = {name for name in files["stock"] if not name.startswith("docs/reference/")}
    assert shared == set(files["ours"])
    for name in shared - {"mkdocs.yml"}:
        assert files["ours"][name].read_bytes() == files["stock"][name].read_bytes()


@pytest.mark.parametrize("number", [1, 2])
def test_every_edit_finds_what_the_edit_before_left(tmp_path: Path, number: int):
    root = generate.make(tmp_path, notes=1, pages=1)["ours"]
    for earlier in range(1, number):
        for edit in sides.edits(earlier):
            _apply(root, edit)
    for edit in sides.edits(number):
        _apply(root, edit)


def _apply(root: Path, edit: sides.Edit) -> None:
    path = root / edit.file
    text = path.read_text()
    assert text.count(edit.old) == 1
    path.write_text(text.replace(edit.old, edit.new))


def test_half_of_the_pages_import_the_module_that_is_edited():
    modules = [generate.page_module(number) for number in range(1, 7)]
    assert modules.count("edited") == 3


def test_a_row_holds_medians_their_ratio_and_all_values():
    told = report.row("cold build", "s", {"ours": [1.0, 9.0, 2.0], "stock": [8.0, 8.0, 7.0]})
    assert (told["ours"], told["stock"], told["ratio"]) == (2.0, 8.0, {"stock": 4.0})
    assert told["all"]["ours"] == [1.0, 9.0, 2.0]
    assert report.table([told]).splitlines()[2].split() == [
        "cold", "build", "2.00", "s", "8.00", "s", "4.00",
    ]  # fmt: skip


def test_a_page_that_stays_stale_once_is_told_and_has_no_ratio():
    told = report.row("edit a module", "s", {"ours": [1.0, 1.0], "stock": [None, 2.0]})
    assert told["ratio"] == {"stock": None}
    assert told["stale"] == {"stock": 1}
    assert "stale" in report.table([told])


def test_what_is_kept_says_nothing_about_whose_machine_it_was(tmp_path: Path):
    kept = report.store("x", {"rows": []}, packages=("numpy",), folder=tmp_path).read_text()
    assert str(Path.home()) not in kept
    assert f'"{platform.node()}"' not in kept


@pytest.mark.parametrize("wrong", [["--pages", "3", "--notes", "2"], ["--repeats", "0"]])
def test_a_size_that_cannot_be_is_refused(wrong: list[str], capsys: pytest.CaptureFixture):
    with pytest.raises(SystemExit):
        bench_site.main(wrong)
    assert "at least as many notes" in capsys.readouterr().err
