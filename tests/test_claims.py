"""What was measured, and how a page shows it."""

import xml.etree.ElementTree as ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mechnotes import claims, verdicts
from mechnotes.claims import Band, Measured
from tests.prerun_script import DESCENT, PACKAGE, load_script
from tests.sample_experiments import claims as sample

GOT_EXPECTED_FIX = r"(?s)got .*expected .*\. \w"


@pytest.fixture(autouse=True)
def no_artifacts(tmp_path, monkeypatch):
    monkeypatch.setenv("MECHNOTES_ARTIFACTS", str(tmp_path))
    return tmp_path


@pytest.fixture
def stored(no_artifacts):
    options = ["--checkpoints", str(no_artifacts.parent / "checkpoints")]
    assert load_script().main(["--package", PACKAGE, "run", DESCENT, "quick", *options]) == 0


def claimed(band, control_band=None):
    @claims.claim(
        id="X-1",
        statement="x",
        published="x",
        source="x",
        band=band,
        recorded="reproduced",
        control_band=control_band,
    )
    def function():
        raise NotImplementedError

    return function.claim


def test_every_sample_claim_has_its_recorded_verdict(stored):
    for function in claims.discover(PACKAGE):
        assert claims.verdict(function).verdict == function.claim.recorded


def test_a_claim_whose_artifact_is_missing_was_not_run():
    outcome = claims.verdict(sample.target)
    assert (outcome.verdict, outcome.measured) == ("not run", None)
    assert f"prerun.py run {DESCENT} quick" in outcome.reason


def test_a_damaged_artifact_is_an_error_not_a_verdict(stored, no_artifacts):
    from mechnotes.experiments import ArtifactCorrupt

    (no_artifacts / DESCENT / "quick.safetensors").write_bytes(b"")
    with pytest.raises(ArtifactCorrupt):
        claims.verdict(sample.target)


def test_a_claim_is_still_a_plain_function():
    assert sample.arithmetic() == Measured(value=4, control=0.5)
    assert sample.arithmetic.claim.measured_by == "tests.sample_experiments.claims.arithmetic"


def test_claims_are_ordered_as_people_count():
    assert [f.claim.id for f in claims.discover(PACKAGE)] == ["T-1", "T-2", "T-3", "T-10"]


def test_two_claims_with_one_id_are_refused(tmp_path, monkeypatch):
    source = (
        "from mechnotes.claims import *\nfrom mechnotes.claims import Band, claim\n"
        "a = dict(statement='s', published='p', source='s', band=Band(low=0, high=1), "
        "recorded='differs')\n"
        "@claim(id='D-1', **a)\ndef one(): ...\n@claim(id='D-1', **a)\ndef two(): ...\n"
    )
    home = tmp_path / "twins"
    home.mkdir()
    (home / "__init__.py").write_text("")
    (home / "claims.py").write_text(source)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ValueError, match=r"got 'D-1'; expected a new id .*\. Add a letter"):
        claims.discover("twins")


def test_the_badge_writes_its_verdict_out(stored):
    html = claims.badge(sample.target)._repr_html_()
    root = ElementTree.fromstring(html)
    assert (root.get("class"), root.get("data-verdict")) == ("mn-claim", "reproduced")
    text = "".join(root.itertext())
    assert text.startswith("T-1 ")
    assert "units" in text
    assert text.endswith("reproduced")


def test_the_scorecard_is_a_table_that_a_screen_reader_can_follow(stored):
    card = claims.scorecard(PACKAGE)
    root = ElementTree.fromstring(card._repr_html_())
    assert root.get("class") == "mn-scorecard"
    assert root.find("caption").text.startswith("4 claims: 1 reproduced, 1 differs")
    columns = [head.text for head in root.findall("thead/tr/th[@scope='col']")]
    rows = root.findall("tbody/tr")
    assert [row.find("th[@scope='row']").text for row in rows] == ["T-1", "T-2", "T-3", "T-10"]
    for row, outcome in zip(rows, card.rows, strict=True):
        cells = ["".join(cell.itertext()) for cell in row]
        assert len(cells) == len(columns)
        assert cells[columns.index("Verdict")] == outcome.verdict == row.get("data-verdict")
    assert "Two & two <make> five" in "".join(rows[3].itertext())
    assert card.counts == {
        "reproduced": 1,
        "differs": 1,
        "undecidable at this scale": 1,
        "not run": 1,
    }


def test_the_counts_on_record_are_those_that_are_measured(stored):
    assert claims.recorded_counts(PACKAGE) == claims.scorecard(PACKAGE).counts


def test_the_scorecard_shows_spread_note_and_control(stored):
    text = claims.scorecard(PACKAGE)._repr_html_()
    assert "0.9 (0.8 to 1.1)" in text
    assert "mean weight" in text
    assert "0.5 (expected 0 to 1)" in text


GOOD = {
    "id": "X-1",
    "statement": "s",
    "published": "p",
    "source": "s",
    "band": Band(low=0, high=1),
    "recorded": "differs",
}
NONSENSE = st.one_of(
    st.none(), st.integers(), st.floats(), st.lists(st.none()), st.sampled_from(["", "  ", "\n"])
)


@pytest.mark.bad_input
@given(
    st.one_of(
        *(
            NONSENSE.map(lambda value, name=name: {name: value})
            for name in ("id", "statement", "published", "source", "band", "recorded")
        ),
        NONSENSE.filter(lambda value: value is not None).map(lambda x: {"control_band": x}),
        st.sampled_from(["a b", "a/b", "<b>"]).map(lambda text: {"id": text}),
        st.text().filter(lambda x: x not in verdicts.VERDICTS).map(lambda x: {"recorded": x}),
    )
)
@settings(max_examples=200)
def test_a_claim_that_says_too_little_is_refused(options):
    with pytest.raises(ValueError, match=GOT_EXPECTED_FIX):
        claims.claim(**{**GOOD, **options})


@pytest.mark.bad_input
@given(NONSENSE)
def test_what_is_no_claim_has_no_verdict_and_no_badge(value):
    for call in (claims.verdict, claims.badge, lambda x: verdicts.judge(x, Measured(value=1))):
        with pytest.raises(ValueError, match=GOT_EXPECTED_FIX):
            call(value)
    with pytest.raises(ValueError, match=GOT_EXPECTED_FIX):
        verdicts.judge(claimed(Band(low=0, high=1)), value)


@pytest.mark.bad_input
@given(NONSENSE)
def test_a_package_of_claims_that_does_not_exist_is_refused(value):
    for call in (claims.discover, claims.scorecard):
        with pytest.raises(ValueError, match=GOT_EXPECTED_FIX):
            call(value)


@pytest.mark.bad_input
def test_a_claim_that_measures_something_else_is_refused():
    function = claims.claim(**GOOD)(lambda: 3)
    with pytest.raises(ValueError, match=r"X-1: got 3; expected a Measured"):
        claims.verdict(function)
    with pytest.raises(ValueError, match=GOT_EXPECTED_FIX):
        claims.claim(**GOOD)(3)
