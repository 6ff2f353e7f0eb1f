"""How a function becomes an experiment, and how experiments are found."""

import dataclasses
import math
import re
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mechnotes import experiments
from mechnotes._artifacts import declared
from mechnotes.provenance import Provenance
from tests.prerun_script import DESCENT, PACKAGE
from tests.sample_experiments import averages, descent

GOT_EXPECTED_FIX = r"(?s)got .*expected .*\. \w"
CURE = f"python scripts/prerun.py run {DESCENT} quick"


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


def test_importing_mechnotes_loads_nothing_else_and_experiments_no_torch():
    code = (
        "import sys; before = set(sys.modules); import mechnotes; "
        "print(set(sys.modules) - before); import mechnotes.experiments, mechnotes.claims; "
        "sys.exit(any(name in sys.modules for name in ('torch', 'numpy', 'matplotlib')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "{'mechnotes'}\n"


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


@dataclasses.dataclass(frozen=True)
class NoProvenance:
    n: int


@pytest.mark.bad_input
@pytest.mark.parametrize("annotation", [None, int, NoProvenance])
def test_a_result_without_a_place_for_its_provenance_is_refused_before_it_is_computed(annotation):
    def function(config):
        raise AssertionError("computed in vain")

    function.__qualname__ = "function"
    if annotation is not None:
        function.__annotations__["return"] = annotation
    with pytest.raises(ValueError, match=r"got .*expected a frozen dataclass whose last field"):
        declared.result_type(experiments.experiment(**GOOD)(function))
