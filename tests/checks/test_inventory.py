"""Public names and the reference, each without the other."""

from pathlib import Path

import pytest
from checks import inventory

from tests.checks.small import NAMES, Write, documented, only


def test_a_reference_that_equals_the_public_api_passes(write: Write, package: Path):
    assert list(inventory.check(documented(write, NAMES), package)) == []


@pytest.mark.parametrize("name", ["lib.topic.home.Config", "lib.topic.door.made", "lib.topic"])
def test_a_public_name_without_reference_is_found(write: Write, package: Path, name: str):
    names = {key: role for key, role in NAMES.items() if key != name}
    problem = only(inventory.check(documented(write, names), package))
    assert problem.detail == f"{name} is public and missing in the reference"


@pytest.mark.parametrize("name", ["lib.topic.home._hidden", "lib.topic.door.other", "lib.gone"])
def test_a_reference_to_what_is_not_public_is_found(write: Write, package: Path, name: str):
    problem = only(inventory.check(documented(write, NAMES | {name: "py:function"}), package))
    assert problem.detail == f"{name} is in the reference and not public"


def test_a_reference_that_leads_nowhere_is_found(write: Write, package: Path):
    site = documented(write, NAMES, without_anchor="lib.topic.home.Config")
    assert only(inventory.check(site, package)).what == "dead link"


def test_a_site_without_inventory_is_found(write: Write, package: Path):
    assert only(inventory.check(write(), package)).page == "objects.inv"


def test_an_inventory_of_another_version_is_refused(tmp_path: Path):
    (tmp_path / "objects.inv").write_bytes(b"# Sphinx inventory version 1\n\n\n\n")
    with pytest.raises(ValueError, match="not as a version 2 inventory"):
        list(inventory.read(tmp_path / "objects.inv"))
