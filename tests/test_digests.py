"""A digest changes when, and only when, what it stands for changes."""

import subprocess
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mechnotes import digests

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
@given(ANYTHING | st.text(max_size=8).map(lambda text: f"/nowhere/{text}"))
def test_a_path_to_no_file_is_refused(value):
    with pytest.raises(ValueError, match=r"(?s)" + GOT_EXPECTED_FIX):
        digests.file_digest(value)


@pytest.mark.bad_input
@given(st.none() | st.text() | st.integers())
def test_content_that_is_not_bytes_is_refused(value):
    with pytest.raises(ValueError, match=GOT_EXPECTED_FIX):
        digests.shortened(value)
