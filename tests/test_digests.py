"""A digest changes when, and only when, what it stands for changes."""

import importlib
import subprocess
import sys
import textwrap

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mechnotes import digests, rng

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


VARIED_SOURCE = '''
from a.b import c as d
@d.e(1)
async def f(x, /, y: "int" = 1, *args, z=None, **kw) -> None:
    """Docstring."""
    global G
    G = {**kw, "k": [*args, -1.5e-3, 1j, b"\\x00", ...]}
    async with x as q, y: await q
    for i in (n := x[1:, ::2]): yield f"{i!r:>{z}} é {i=}"
    match x:
        case [1, *rest] if rest: pass
        case {"a": None, **more} | C(u=v): return lambda *a: (a, True)
    try: raise E from None
    except (A, B) as error: del error
    else: assert x, "no"
class K(metaclass=M):
    a: int = 0
    """About a."""
    b = {i for i in a if i} - {1: 2}.keys()
'''


def test_the_digest_of_a_text_is_the_same_on_every_python_version():
    # Computed once on 3.11; CI runs this on the other supported versions.
    assert digests.source_digest(VARIED_SOURCE) == "7e6c94c4fed87462"


def test_source_digests_ignore_formatting_but_not_meaning():
    assert digests.source_digest("x = (1 +\n 2)  # sum") == digests.source_digest("x=1+2")
    assert digests.source_digest("x = 1") != digests.source_digest("x = 1.0")
    assert digests.source_digest("x = 1") != digests.source_digest("x = True")
    assert digests.source_digest("f(a=1)") != digests.source_digest("f(b=1)")


def test_a_cell_that_shows_a_text_differs_from_one_that_shows_another():
    assert digests.source_digest("x = 1\n'a'") != digests.source_digest("x = 1\n'b'")


def test_a_python_file_is_digested_as_source_and_any_other_as_bytes(tmp_path):
    python, text = tmp_path / "a.py", tmp_path / "a.txt"
    python.write_text("x = 1\n")
    text.write_text("x = 1\n")
    first = digests.file_digest(python), digests.file_digest(text)
    python.write_text("x = 1  # one\n")
    text.write_text("x = 1  # one\n")
    second = digests.file_digest(str(python)), digests.file_digest(str(text))
    assert first[0] == second[0] == digests.source_digest("x = 1")
    assert first[1] != second[1] == digests.shortened(b"x = 1  # one\n")


def test_digests_need_no_torch():
    code = "import sys; from mechnotes import digests, provenance, experiments; "
    code += "sys.exit(any(name in sys.modules for name in ('torch', 'numpy', 'safetensors')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


GOT_EXPECTED_FIX = r"got .*expected .*\. \w"
ANYTHING = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.binary(), st.lists(st.integers())
)


@pytest.mark.bad_input
@given(ANYTHING)
def test_a_source_that_is_no_text_is_refused(value):
    with pytest.raises(ValueError, match=GOT_EXPECTED_FIX):
        digests.source_digest(value)


@pytest.mark.bad_input
@pytest.mark.parametrize("source", ["x =", "def f(:", "\0", "  x = 1", "return = 2", "(" * 500])
def test_a_source_that_is_no_python_is_refused(source):
    with pytest.raises(ValueError, match=r"(?s)" + GOT_EXPECTED_FIX):
        digests.source_digest(source)


@pytest.mark.bad_input
@given(ANYTHING | st.text(max_size=5))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_function_that_is_none_is_refused(value):
    with pytest.raises(ValueError, match=r"(?s)" + GOT_EXPECTED_FIX):
        digests.function_digest(value)


def inner():
    def function():
        return 1

    return function


@pytest.mark.bad_input
@pytest.mark.parametrize("function", [lambda: 1, inner(), len, "text".upper])
def test_a_function_without_source_of_its_own_is_refused(function):
    with pytest.raises(ValueError, match=GOT_EXPECTED_FIX + ".*top level"):
        digests.function_digest(function)


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


@pytest.mark.bad_input
@given(ANYTHING | st.text(max_size=8).map(lambda text: f"/nowhere/{text}"))
def test_a_path_to_no_file_is_refused(value):
    with pytest.raises(ValueError, match=r"(?s)" + GOT_EXPECTED_FIX):
        digests.file_digest(value)


@pytest.mark.bad_input
@given(st.none() | st.text() | st.integers())
def test_content_that_is_not_bytes_is_refused(value):
    with pytest.raises(ValueError, match=GOT_EXPECTED_FIX):
        digests.shortened(value)
