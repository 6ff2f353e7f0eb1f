"""The doctor: one finding for each thing that can be missing or wrong, and how to mend it."""

import pytest
from setup import doctor, environment
from setup.environment import SITE, Place

from tests.setup.conftest import pretend


def findings(place: Place) -> dict[str, doctor.Finding]:
    return {finding.name: finding for finding in doctor.examine(place)}


def test_the_doctor_of_an_empty_checkout_says_how_to_begin(place: Place):
    found = findings(place)
    assert (found["environment"].state, found["environment"].mend) == ("wrong", doctor.SERVE)
    assert (found["torch"].state, found["torch"].mend) == ("optional", doctor.INSTALL)
    assert doctor.status(list(found.values())) == 1


def test_the_doctor_names_wrong_versions(place: Place):
    pretend(place, mkdocs="1.5.0", torch="2.13.0+cpu", transformer_lens="4.1.0", pytest="9.2.0")
    found = findings(place)
    assert found["site packages"].details == ["mkdocs 1.5.0, wanted 1.6.1"]
    assert found["torch"].found == "2.13.0+cpu (CPU build)"
    assert found["package and tools"].details == [
        "transformer-lens 4.1.0, wanted >=3.9,<4 (tested: 3.9.0)",
        "sae-lens missing, wanted >=6.54,<7 (tested: 6.54.12)",
    ]
    assert found["package and tools"].mend == f"{doctor.INSTALL} --again"


def test_the_doctor_finds_nothing_wrong_with_a_whole_environment(
    place: Place, installed: list[list[str]], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("CI", raising=False)
    pretend(place, mkdocs="1.6.1")
    environment.ensure(place, SITE)
    found = list(findings(place).values())
    assert [finding.name for finding in found if finding.state == "wrong"] == []
    assert doctor.status(found) == 0


def test_the_doctor_knows_a_cuda_build(place: Place):
    pretend(place, torch="2.13.0", nvidia_cublas="13.1.1.3")
    assert findings(place)["torch"].found == "2.13.0 (CUDA build)"


def test_every_finding_that_is_wrong_says_how_to_mend_it(place: Place):
    assert all(one.mend for one in doctor.examine(place) if one.state == "wrong")
    assert "-> python scripts/dev.py serve" in doctor.table(doctor.examine(place))


def test_an_examination_that_fails_is_a_finding(place: Place):
    pretend(place, mkdocs="1.6.1", torch="2.13.0")
    place.constraints.unlink()
    assert findings(place)["declared ranges"].found.startswith("could not be examined")
