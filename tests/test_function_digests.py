"""The digest of a function changes with what it reaches, and with nothing else."""

import importlib
import sys
import textwrap

import pytest

from mechnotes import digests, rng

GOT_EXPECTED_FIX = r"(?s)got .*expected .*\. \w"

HELPERS = """
    SCALE = 2.0
    UNUSED = 1.0

    def scaled(x):
        return x * SCALE

    def twice(x):
        return scaled(scaled(x))

    def lonely(x):
        return x
"""
STUDY = """
    import functools
    from lab import helpers
    from lab.helpers import twice as double

    class Base:
        offset = 1

    class Config(Base):
        n: int = 3

        def size(self):
            return self.n + EXTRA

    EXTRA = 1
    TABLE = {}
    TABLE["a"] = 1

    def measure(config: Config, loss=0):
        from lab.deep import lazily
        values = [lonely for lonely in range(config.size())]
        return double(lazily(values)) + TABLE["a"]

    def by_module(x):
        return helpers.scaled(x)
"""
DEEP = """
    from .helpers import lonely

    def lazily(values):
        return deeper(values)

    def deeper(values):
        return [lonely(v) for v in values]
"""


@pytest.fixture
def lab(tmp_path, monkeypatch):
    """A package of three modules whose files a test may edit."""
    for name, source in {"helpers": HELPERS, "study": STUDY, "deep": DEEP}.items():
        write(tmp_path, name, source)
    (tmp_path / "lab" / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    for name in [name for name in sys.modules if name.split(".")[0] == "lab"]:
        del sys.modules[name]


def write(folder, name, source):
    path = folder / "lab" / f"{name}.py"
    path.parent.mkdir(exist_ok=True)
    path.write_text(textwrap.dedent(source))


def edit(folder, name, old, new):
    path = folder / "lab" / f"{name}.py"
    before = path.read_text()
    assert old in before
    path.write_text(before.replace(old, new))


def measure_digest():
    return digests.function_digest(importlib.import_module("lab.study").measure)


REACHED = {
    "the function itself": ("study", "double(lazily", "1 + double(lazily"),
    "a default value": ("study", "loss=0", "loss=1"),
    "a helper in another module": ("helpers", "scaled(scaled(x))", "scaled(x)"),
    "a helper of a helper": ("helpers", "x * SCALE", "x + SCALE"),
    "a constant of a helper": ("helpers", "SCALE = 2.0", "SCALE = 3.0"),
    "a class in an annotation": ("study", "n: int = 3", "n: int = 4"),
    "a method": ("study", "self.n + EXTRA", "self.n - EXTRA"),
    "a constant in a method": ("study", "EXTRA = 1", "EXTRA = 2"),
    "a base class": ("study", "offset = 1", "offset = 2"),
    "a change of a constant": ("study", 'TABLE["a"] = 1', 'TABLE["a"] = 2'),
    "an import inside the function": ("deep", "return deeper(values)", "return values"),
    "behind a relative import": ("helpers", "return x\n", "return -x\n"),
    "a decorator that changes the result": ("helpers", "def twice", "@staticmethod\ndef twice"),
}


@pytest.mark.parametrize("what", REACHED)
def test_the_digest_changes_with_an_edit_to(what, lab):
    before = measure_digest()
    edit(lab, *REACHED[what])
    assert measure_digest() != before


UNTOUCHED = {
    "a neighbour added below": ("study", "def by_module", "def new(x): return 1\n\ndef by_module"),
    "a neighbour that shares the name of a parameter": (
        "study",
        "EXTRA = 1",
        "EXTRA = 1\n\ndef loss(x): return 3\n",
    ),
    "a neighbour that shares the name of a loop variable": (
        "study",
        "EXTRA = 1",
        "EXTRA = 1\n\ndef values(x): return 3\n",
    ),
    "another function": ("study", "helpers.scaled(x)", "helpers.scaled(x) + 1"),
    "a constant nobody reaches": ("helpers", "UNUSED = 1.0", "UNUSED = 2.0"),
    "a docstring": ("helpers", "def twice(x):", 'def twice(x):\n    """Twice."""'),
    "the docstring of a field": ("study", "offset = 1", 'offset = 1\n    """Offset."""'),
    "a comment": ("helpers", "SCALE = 2.0", "SCALE = 2.0  # why two"),
    "formatting": ("study", "config.size()", "config.size(\n    )"),
    "the declaration of an experiment": (
        "study",
        "def measure",
        "@experiments.experiment(cases={1: 2})\ndef measure",
    ),
    "an import nobody uses": ("study", "import functools", "import functools, itertools"),
}


@pytest.mark.parametrize("what", UNTOUCHED)
def test_the_digest_stays_with_an_edit_to(what, lab):
    before = measure_digest()
    edit(lab, *UNTOUCHED[what])
    assert measure_digest() == before


def test_a_name_reached_through_a_module_counts_but_its_neighbours_do_not(lab):
    by_module = importlib.import_module("lab.study").by_module
    before = digests.function_digest(by_module)
    edit(lab, "helpers", "return scaled(scaled(x))", "return x")
    assert digests.function_digest(by_module) == before
    edit(lab, "helpers", "x * SCALE", "SCALE * x")
    assert digests.function_digest(by_module) != before


def test_a_module_used_as_a_value_counts_whole(lab):
    edit(lab, "study", "return helpers.scaled(x)", 'return getattr(helpers, "scaled")(x)')
    by_module = importlib.import_module("lab.study").by_module
    before = digests.function_digest(by_module)
    edit(lab, "helpers", "UNUSED = 1.0", "UNUSED = 2.0")
    assert digests.function_digest(by_module) != before


def test_a_star_import_and_a_re_export_are_followed(lab):
    write(lab, "again", "from lab.helpers import *\nfrom lab.deep import lazily as late\n")
    write(
        lab, "user", "from lab import again\n\ndef f(x):\n    return again.twice(again.late(x))\n"
    )
    function = importlib.import_module("lab.user").f
    before = digests.function_digest(function)
    edit(lab, "helpers", "x * SCALE", "x + SCALE")
    between = digests.function_digest(function)
    edit(lab, "deep", "return deeper(values)", "return list(deeper(values))")
    assert len({before, between, digests.function_digest(function)}) == 3


def test_recursion_and_import_circles_end(lab):
    write(lab, "one", "from lab.two import g\n\ndef f(x):\n    return g(f, x)\n")
    write(lab, "two", "from lab import one\n\ndef g(f, x):\n    return one.f(g)\n")
    write(lab, "__init__", "from lab import nowhere_to_be_found\n")
    sys.modules["lab"] = type(sys)("lab")
    sys.modules["lab"].__path__ = [str(lab / "lab")]
    assert len(digests.function_digest(importlib.import_module("lab.one").f)) == 16


def test_an_annotation_in_quotes_is_followed(lab):
    write(lab, "late", 'def f(x: "Later") -> "Later":\n    return x\n\nclass Later:\n    n = 1\n')
    function = importlib.import_module("lab.late").f
    before = digests.function_digest(function)
    edit(lab, "late", "n = 1", "n = 2")
    assert digests.function_digest(function) != before


def test_checks_of_input_are_not_part_of_a_digest():
    from mechnotes._source import reach

    reached = reach.reachable(reach.Sources("mechnotes.rng"), ("mechnotes.rng", "generator"))
    assert list(reached) == [("mechnotes.rng", "generator")]
    assert len(digests.function_digest(rng.generator)) == 16


@pytest.mark.bad_input
def test_a_file_that_an_editor_left_half_written_is_named(lab, tmp_path):
    measure = importlib.import_module("lab.study").measure
    for module, line in {"helpers": "def twice(x):", "study": "class Config(Base):"}.items():
        edit(lab, module, line, line[:-2])
        with pytest.raises(ValueError, match=GOT_EXPECTED_FIX):
            digests.function_digest(measure)
    (tmp_path / "latin.py").write_bytes("é = 1".encode("latin-1"))
    with pytest.raises(ValueError, match=GOT_EXPECTED_FIX):
        digests.file_digest(tmp_path / "latin.py")
