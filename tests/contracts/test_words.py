"""No unfinished marks and no places of one machine in what is committed."""

import re
from collections.abc import Iterator

import pytest

from tests.contracts.sources import ROOT, texts

# Written in halves, so that this file does not find itself.
MARKS = ("TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK", "W" + "IP", "lorem" + " ipsum")
UNFINISHED = re.compile(rf"\b({'|'.join(MARKS)})\b")
PICTURE = re.compile(r"base64,[\w+/=]+")  # letters that say nothing
FOLDERS = ("home", "root", "tmp", "Users", "var/folders", "mnt")
PLACE = re.compile(rf"(?<![\w.~*)\]}}-])/({'|'.join(FOLDERS)})/[\w.-]|\b[A-Z]:\\+Users\\")


def unfinished(name: str, text: str) -> Iterator[str]:
    """Lines that say that something is still to be done."""
    for number, line in enumerate(text.splitlines(), start=1):
        if UNFINISHED.search(PICTURE.sub("", line)):
            yield f"{name}:{number} {line.strip()[:80]}"


def places(name: str, text: str) -> Iterator[str]:
    """Lines that name a folder which exists on one machine only.

    Tests may name made-up folders; no file may name the folder of this very checkout.
    """
    for number, line in enumerate(text.splitlines(), start=1):
        made_up = name.startswith("tests/")
        if f"{ROOT}/" in line or (PLACE.search(line) and not made_up):
            yield f"{name}:{number} {line.strip()[:80]}"


TEXTS = texts()


def test_nothing_is_marked_as_unfinished():
    assert [line for name, text in TEXTS.items() for line in unfinished(name, text)] == []


def test_no_file_names_a_place_of_one_machine():
    assert [line for name, text in TEXTS.items() for line in places(name, text)] == []


def test_the_sources_are_among_the_texts():
    assert {"pyproject.toml", "mechnotes/__init__.py", "scripts/dev.py"} <= set(TEXTS)


def test_what_git_ignores_is_not():
    assert not [name for name in TEXTS if ".venv/" in name or name.startswith(("site/", ".git/"))]


@pytest.mark.parametrize("mark", MARKS)
def test_an_unfinished_mark_is_seen(mark: str):
    assert list(unfinished("a.py", f"x = 1  # {mark}: rest\n")) != []


def test_a_word_that_contains_a_mark_is_not_one():
    assert list(unfinished("a.py", "hackney = 'mastodon'\n")) == []


@pytest.mark.parametrize(
    "line", ["path = '/home/ada/notes'", "see /tmp/out.txt", '"C:\\Users\\ada"', "cd /root/x"]
)
def test_a_place_of_one_machine_is_seen(line: str):
    assert list(places("mechnotes/a.py", line)) != []


def test_this_checkout_is_seen_in_tests_too():
    assert list(places("tests/test_a.py", f"open('{ROOT}/README.md')")) != []


@pytest.mark.parametrize("line", ["docs/tmp/a", "https://example.org/home/a", "(/(?:home|tmp)/)"])
def test_an_address_or_a_relative_path_is_no_place(line: str):
    assert list(places("mechnotes/a.py", line)) == []
