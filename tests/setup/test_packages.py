"""What is installed, read from its files."""

import pytest
from setup import packages, ranges
from setup.environment import Place

from tests.setup.conftest import pretend


@pytest.mark.parametrize("damage", ["RECORD missing", "file missing", "file shorter"])
def test_a_package_that_is_not_whole_is_found(place: Place, damage: str):
    site = pretend(place, mkdocs="1.6.1", click="8.5.1")
    if damage == "RECORD missing":
        (site / "mkdocs-1.6.1.dist-info" / "RECORD").unlink()
    elif damage == "file missing":
        (site / "mkdocs.py").unlink()
    else:
        (site / "mkdocs.py").write_text("x")
    assert [info.name for info in packages.unfinished(site)] == ["mkdocs-1.6.1.dist-info"]


@pytest.mark.parametrize(
    ("version", "limits", "inside"),
    [
        ("3.9.0", ">=3.9,<4", True),
        ("3.10", ">=3.9,<4", True),
        ("4.0.0rc1", ">=3.9,<4", False),
        ("3.8.9", ">=3.9,<4", False),
        ("2.13.0+cpu", "==2.13", True),
        ("1", "", True),
    ],
)
def test_ranges_compare_by_number(version: str, limits: str, inside: bool):
    assert ranges.fits(version, limits) is inside


def test_a_range_that_cannot_be_read_is_named():
    with pytest.raises(ValueError, match=r"cannot read the range '~=3\.9'"):
        ranges.fits("3.9", "~=3.9")
