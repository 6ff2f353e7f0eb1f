"""What a page sees: a typed result with its provenance, or an error with its cure."""

import dataclasses
import json
import math
import re
import subprocess
import sys

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mechnotes import experiments
from mechnotes._artifacts import files
from tests.prerun_script import DESCENT, PACKAGE, load_script
from tests.sample_experiments import descent

GOT_EXPECTED_FIX = r"(?s)got .*expected .*\. \w"
CURE = f"python scripts/prerun.py run {DESCENT} quick"


def resealed(where, **changes):
    """Rewrite a manifest with changes and a valid seal."""
    manifest = {**json.loads(where.manifest.read_text()), **changes}
    where.manifest.write_text(json.dumps(files.sealed(manifest)))


def test_a_loaded_result_equals_a_computed_one(stored):
    loaded = experiments.load(descent.descend, "quick")
    computed = descent.descend(descent.descend.cases["quick"])
    assert torch.equal(loaded.W, computed.W)
    assert loaded.config == computed.config
    assert loaded.losses == computed.losses
    assert math.isnan(loaded.diverged_at)
    assert loaded.note is None
    assert torch.equal(loaded.layers["second"], computed.layers["second"])


def test_the_provenance_says_where_the_numbers_come_from(stored):
    provenance = experiments.load(descent.descend, "quick").provenance
    assert re.fullmatch(
        r"CPU, 1 thread, \d+\.\d s, \d{4}-\d\d-\d\d, scale reduced, code [0-9a-f]{8}",
        str(provenance),
    )
    assert provenance.seeds == (0,)
    assert provenance.config["data"] == {"noise": 0.1, "scales": [1.0, 2.0]}
    assert provenance.versions["torch"] == torch.__version__
    assert provenance.peak_memory_mb > 10
    assert provenance.inputs == {}
    page = provenance._repr_html_()
    assert page.startswith('<div class="mn-provenance"><details><summary>CPU, 1 thread')
    assert "<caption>" in page
    assert page.count('<th scope="row">') == len(dataclasses.fields(provenance))


def test_the_provenance_of_a_manifest_needs_no_torch(stored):
    code = (
        "import json, sys; from mechnotes.provenance import Provenance; "
        f"print(Provenance.from_manifest(json.load(open({str(stored.manifest)!r})))); "
        "sys.exit('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("CPU, 1 thread")


def test_html_in_a_provenance_is_shown_not_obeyed(stored):
    provenance = experiments.load(descent.descend, "quick").provenance
    page = dataclasses.replace(provenance, device="<b>GPU</b>")._repr_html_()
    assert "<b>" not in page
    assert "&lt;b&gt;GPU" in page


def test_a_missing_artifact_says_how_to_compute_it(tmp_path, monkeypatch):
    monkeypatch.setenv("MECHNOTES_ARTIFACTS", str(tmp_path))
    with pytest.raises(experiments.ArtifactMissing, match=re.escape(CURE)) as caught:
        experiments.load(descent.descend, "quick")
    assert caught.value.command == CURE


DAMAGES = {
    "truncated weights": lambda where: where.weights.write_bytes(where.weights.read_bytes()[:-7]),
    "edited weights": lambda where: where.weights.write_bytes(
        where.weights.read_bytes()[:-1] + b"\x7f"
    ),
    "empty weights": lambda where: where.weights.write_bytes(b""),
    "absent weights": lambda where: where.weights.unlink(),
    "absent manifest": lambda where: where.manifest.unlink(),
    "truncated manifest": lambda where: where.manifest.write_text(where.manifest.read_text()[:100]),
    "edited manifest": lambda where: where.manifest.write_text(
        where.manifest.read_text().replace('"steps": 5', '"steps": 6')
    ),
    "manifest that is no text": lambda where: where.manifest.write_bytes(b"\xff\xfe\x00"),
    "manifest of another format": lambda where: where.manifest.write_text("[]"),
    "new weights under an old manifest": lambda where: where.weights.write_bytes(
        where.weights.read_bytes() + b"\0"
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_artifact_is_corrupt_and_says_the_cure(damage, stored):
    DAMAGES[damage](stored)
    with pytest.raises(experiments.ArtifactCorrupt, match=re.escape(CURE)):
        experiments.load(descent.descend, "quick")


@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_no_change_to_any_byte_goes_unnoticed(data, whole_artifact):
    where, contents = whole_artifact
    path = data.draw(st.sampled_from([where.weights, where.manifest]))
    content = bytearray(contents[path])
    position = data.draw(st.integers(0, len(content) - 1))
    content[position] ^= data.draw(st.integers(1, 255))
    path.write_bytes(content)
    try:
        experiments.load(descent.descend, "quick")
    except experiments.ArtifactCorrupt as error:
        assert CURE in str(error)
    else:  # white space between two entries of the manifest means nothing
        assert json.loads(bytes(content)) == json.loads(contents[path])
    finally:
        path.write_bytes(contents[path])


@pytest.fixture(scope="module")
def whole_artifact(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MECHNOTES_ARTIFACTS", str(folder))
        words = ["run", DESCENT, "quick", "--checkpoints", str(folder / "checkpoints")]
        assert load_script().main(["--package", PACKAGE, *words]) == 0
        where = files.place(DESCENT, "quick")
        yield where, {path: path.read_bytes() for path in (where.weights, where.manifest)}


STALE = {
    "its code has changed": {"digest": "0" * 16},
    "its config has changed": {"config": {"steps": 6}},
    "what it read has changed": {"inputs": {"artifacts/nothing.json": "0" * 16}},
}


@pytest.mark.parametrize("reason", STALE)
def test_a_stale_artifact_says_why_and_the_cure(reason, stored):
    resealed(stored, **STALE[reason])
    with pytest.raises(experiments.ArtifactStale, match=f"{reason}.*{re.escape(CURE)}") as caught:
        experiments.load(descent.descend, "quick")
    assert f"rearranged code: {CURE.replace(' run ', ' renew ')})" in str(caught.value)


def test_stale_can_be_allowed_while_writing_but_corrupt_cannot(stored, monkeypatch):
    monkeypatch.setenv("MECHNOTES_STALE", "allow")
    resealed(stored, **STALE["its code has changed"])
    with pytest.warns(UserWarning, match=re.escape(CURE)):
        assert experiments.load(descent.descend, "quick").config.steps == 5
    stored.weights.write_bytes(b"")
    with pytest.raises(experiments.ArtifactCorrupt):
        experiments.load(descent.descend, "quick")


def test_a_result_type_that_has_changed_since_is_stale(stored, monkeypatch):
    monkeypatch.setenv("MECHNOTES_STALE", "allow")
    values = json.loads(stored.manifest.read_text())["values"]
    del values["fields"]["losses"]
    resealed(stored, values=values, digest="0" * 16)
    with (
        pytest.warns(UserWarning, match="stale"),
        pytest.raises(experiments.ArtifactStale, match="do not fit DescentResult"),
    ):
        experiments.load(descent.descend, "quick")


def test_loading_reports_both_files_to_whoever_listens(stored):
    heard = []
    sys.addaudithook(
        lambda event, arguments: heard.append(arguments[0]) if event == "mechnotes.read" else None
    )
    experiments.load(descent.descend, "quick")
    assert heard == [str(stored.weights), str(stored.manifest)]


def test_the_three_errors_survive_a_trip_to_another_process():
    import pickle

    for kind in (
        experiments.ArtifactMissing,
        experiments.ArtifactStale,
        experiments.ArtifactCorrupt,
    ):
        error = kind("a.b", "c", "for a reason")
        assert str(pickle.loads(pickle.dumps(error))) == str(error)
