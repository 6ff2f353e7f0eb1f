"""What a page sees: a typed result with its provenance, or an error with its cure."""

import dataclasses
import json
import math
import os
import re
import subprocess
import sys

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mechnotes import experiments
from mechnotes._artifacts import files
from mechnotes.provenance import Provenance
from tests.prerun_script import DESCENT, PACKAGE, load_script
from tests.sample_experiments import averages, descent

GOT_EXPECTED_FIX = r"(?s)got .*expected .*\. \w"
CURE = f"python scripts/prerun.py run {DESCENT} quick"


@pytest.fixture
def stored(tmp_path, monkeypatch):
    """The place of a freshly computed artifact."""
    monkeypatch.setenv("MECHNOTES_ARTIFACTS", str(tmp_path))
    options = ["--checkpoints", str(tmp_path.parent / "checkpoints")]
    assert load_script().main(["--package", PACKAGE, "run", DESCENT, "quick", *options]) == 0
    return files.place(DESCENT, "quick")


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


def test_a_declared_function_is_still_a_plain_function():
    result = descent.descend(descent.DescentConfig(steps=2, width=3), device="cpu")
    assert result.provenance is None
    assert result.W.shape == (3, 3)
    assert descent.descend.__name__ == "descend"
    assert descent.descend.experiment_name == DESCENT
    assert descent.descend.cases["quick"].steps == 5
    assert descent.descend.scales["large"] == "paper"
    with pytest.raises(TypeError):
        descent.descend.cases["new"] = None


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
    with pytest.raises(experiments.ArtifactStale, match=f"{reason}.*{re.escape(CURE)}"):
        experiments.load(descent.descend, "quick")


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


def test_discovery_finds_every_experiment_once_in_the_module_that_defines_it():
    names = [experiment.experiment_name for experiment in experiments.discover(PACKAGE)]
    assert names == [
        "sample_experiments.averages.average",
        "sample_experiments.averages.enormous",
        DESCENT,
    ]
    assert experiments.find(DESCENT, PACKAGE) is descent.descend
    assert experiments.find("sample_experiments.averages.average", PACKAGE) is averages.average


def test_discovery_imports_only_modules_that_declare_something(tmp_path, monkeypatch):
    home = tmp_path / "sparse"
    home.mkdir()
    (home / "__init__.py").write_text("")
    (home / "heavy.py").write_text("raise ImportError('this module is expensive')")
    monkeypatch.syspath_prepend(tmp_path)
    assert experiments.discover("sparse") == []


def test_importing_mechnotes_is_quick_and_importing_experiments_loads_no_torch():
    code = (
        "import sys, time; start = time.perf_counter(); import mechnotes; "
        "print(time.perf_counter() - start); import mechnotes.experiments; "
        "sys.exit(any(name in sys.modules for name in ('torch', 'numpy', 'matplotlib')))"
    )
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment
    )
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) < 0.05


@dataclasses.dataclass
class Thawed:
    n: int = 1


@dataclasses.dataclass(frozen=True)
class Frozen:
    n: object = 1


GOOD = {"cases": {"a": Frozen()}, "minutes": 1.0}
NONSENSE = st.one_of(
    st.none(), st.integers(), st.text(max_size=4), st.lists(st.none()), st.binary(max_size=3)
)
BAD_NAMES = st.text(max_size=6).filter(
    lambda name: not re.fullmatch(r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?", name)
)


@pytest.mark.bad_input
@given(
    st.one_of(
        NONSENSE.map(lambda cases: {"cases": cases}),
        BAD_NAMES.map(lambda name: {"cases": {name: Frozen()}}),
        NONSENSE.map(lambda config: {"cases": {"a": config}}),
        st.sampled_from([Thawed(), Frozen, Frozen([1]), Frozen({1})]).map(
            lambda config: {"cases": {"a": config}}
        ),
        st.one_of(
            NONSENSE.filter(lambda x: not isinstance(x, int) or x <= 0), st.floats(max_value=0)
        ).map(lambda minutes: {"minutes": minutes}),
        st.sampled_from([math.nan, math.inf, True]).map(lambda minutes: {"minutes": minutes}),
        NONSENSE.map(lambda device: {"device": device}),
        NONSENSE.map(lambda scale: {"scale": scale}),
        st.dictionaries(st.text(max_size=2), st.text(max_size=5)).map(
            lambda scale: {"scale": scale}
        ),
    )
)
@settings(max_examples=200)
def test_an_experiment_that_cannot_be_stored_is_refused(options):
    with pytest.raises(ValueError, match=GOT_EXPECTED_FIX):
        experiments.experiment(**{**GOOD, **options})


@pytest.mark.bad_input
@pytest.mark.parametrize("function", [lambda config: config, Frozen, 3, None, Thawed().__eq__])
def test_only_a_function_of_a_module_can_be_declared(function):
    with pytest.raises(ValueError, match=GOT_EXPECTED_FIX):
        experiments.experiment(**GOOD)(function)


@pytest.mark.bad_input
@given(NONSENSE | st.just(Frozen), NONSENSE)
def test_loading_what_is_no_experiment_or_no_case_is_refused(function, case):
    with pytest.raises(ValueError, match=GOT_EXPECTED_FIX):
        experiments.load(function, "quick")
    with pytest.raises(ValueError, match=GOT_EXPECTED_FIX):
        experiments.load(descent.descend, case)


@pytest.mark.bad_input
@given(NONSENSE)
@settings(max_examples=50)
def test_a_name_or_package_that_does_not_exist_is_refused(name):
    with pytest.raises(ValueError, match=GOT_EXPECTED_FIX):
        experiments.find(name, PACKAGE)
    with pytest.raises(ValueError, match=GOT_EXPECTED_FIX):
        experiments.discover(name)


@pytest.mark.bad_input
@pytest.mark.parametrize("package", ["no.such.package", "mechnotes.digests", "..", "json", "a b"])
def test_a_package_that_is_none_is_refused(package):
    if package == "json":
        assert experiments.discover(package) == []
        return
    with pytest.raises(ValueError, match=GOT_EXPECTED_FIX):
        experiments.discover(package)


@pytest.mark.bad_input
def test_the_nearest_name_is_suggested():
    with pytest.raises(ValueError, match="Did you mean 'quick'"):
        experiments.load(descent.descend, "quik")
    with pytest.raises(ValueError, match=f"Did you mean '{DESCENT}'"):
        experiments.find("sample_experiments.descend.descend", PACKAGE)


@pytest.mark.bad_input
@given(NONSENSE | st.dictionaries(st.text(max_size=3), st.integers(), max_size=3))
def test_a_manifest_without_its_entries_is_refused(manifest):
    with pytest.raises(ValueError, match=GOT_EXPECTED_FIX):
        Provenance.from_manifest(manifest)
