"""Who may import whom. A topic can be read without opening the topics beside it."""

import re
from collections.abc import Iterator

import pytest

from tests.contracts.sources import ROOT, Module, imports, modules

PACKAGE = "mechnotes"
SHARED = {"models", "_models", "prompts", "_prompts", "metrics"}
BELOW_PROMPTS = tuple(
    f"storybook.{name}"
    for name in (
        *("agreement", "feelings", "folder", "giving", "grammar"),
        *("repeats", "templates", "tokenizer", "words"),
    )
)
SIDEWAYS = {
    "circuits": ("patching",),
    "sae": ("patching", "storybook"),
    "monosemanticity": ("superposition.geometry",),
}
PARTS_OF_SAE = ("statistics", "synthetic", "effects", "meaning")
"""Each may use the modules beside them and the parts before it."""
NOT_TOPICS = {"exercises", "plots", "artifacts"}
OUTSIDE = {"docs", "scripts", "tests"}


def topics(sources: list[Module]) -> set[str]:
    """Public packages below the root, less those that are no topics."""
    tops = {source.name.split(".")[1] for source in sources if source.name.count(".") >= 2}
    packages = {source.name.split(".")[1] for source in sources if _is_package_of_root(source)}
    return {name for name in tops | packages if not name.startswith("_")} - NOT_TOPICS


def _is_package_of_root(source: Module) -> bool:
    return source.is_package and source.name.count(".") == 1


def layer(part: str, known_topics: set[str]) -> str:
    """Where a module's first part below the package belongs."""
    if part in known_topics:
        return "topic"
    if part in NOT_TOPICS:
        return part
    return "shared" if part in SHARED else "ground"


def forbidden(source: Module, known_topics: set[str]) -> Iterator[str]:
    """Imports of a module that its layer does not allow."""
    for name in imports(source):
        root, _, below = name.partition(".")
        if root in OUTSIDE:
            yield f"{source.name} imports {name}: the package must not need {root}/"
        if root == PACKAGE and not allowed(source, below, known_topics):
            yield f"{source.name} imports {name}"


def allowed(source: Module, target: str, known_topics: set[str]) -> bool:
    """Whether a module may import `target`, a name below the package."""
    if source.name == PACKAGE:
        return False
    own = source.name.split(".")[1]
    other = target.split(".")[0]
    if other in (own, "__version__"):
        return True
    mine, theirs = layer(own, known_topics), layer(other, known_topics)
    if theirs == "plots":
        return False
    if mine in ("exercises", "plots"):
        return theirs != "exercises"
    if mine == "shared" and _below(target, BELOW_PROMPTS):
        return True
    if mine == theirs == "topic":
        return _below(target, SIDEWAYS.get(own, ()))
    order = ("ground", "shared", "topic")
    return theirs in order and order.index(theirs) <= order.index(mine)


def _below(target: str, places: tuple[str, ...]) -> bool:
    return any(re.match(rf"{re.escape(place)}(\.|$)", target) for place in places)


def users_of(library: str, sources: list[Module]) -> list[str]:
    """Modules that import a library."""
    return [one.name for one in sources if library in {n.split(".")[0] for n in imports(one)}]


SOURCES = modules(PACKAGE)
TOPICS = topics(SOURCES)


def test_every_import_points_to_its_own_layer_or_below():
    assert [line for source in SOURCES for line in forbidden(source, TOPICS)] == []


def test_transformer_lens_appears_in_models_alone():
    allowed = {"mechnotes.models", "mechnotes._models.native"}
    assert set(users_of("transformer_lens", SOURCES)) <= allowed


def test_sae_lens_appears_in_at_most_two_files_of_sae():
    users = users_of("sae_lens", SOURCES)
    assert len(users) <= 2
    assert all(name.startswith("mechnotes.sae.") for name in users)


def test_the_parts_of_sae_use_its_core_and_the_parts_before_them():
    inside = [source for source in SOURCES if source.name.startswith("mechnotes.sae.")]
    found = [
        (_part_of_sae(one.name), _part_of_sae(name), one) for one in inside for name in imports(one)
    ]
    assert [one.name for user, used, one in found if used > user] == []


def _part_of_sae(name: str) -> int:
    """Rank of the part that a module belongs to; 0 for the core and for what is not of sae."""
    parts = name.split(".")
    known = parts[:2] == ["mechnotes", "sae"] and len(parts) > 2 and parts[2] in PARTS_OF_SAE
    return 1 + PARTS_OF_SAE.index(parts[2]) if known else 0


def test_the_folders_outside_the_package_exist():
    assert all((ROOT / name).is_dir() for name in OUTSIDE)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("mechnotes", "from mechnotes import rng"),
        ("mechnotes.rng", "from mechnotes import models"),
        ("mechnotes.rng", "from mechnotes.superposition import data"),
        ("mechnotes.models", "from mechnotes.superposition import data"),
        ("mechnotes.prompts", "from mechnotes.storybook import truth"),
        ("mechnotes.superposition.data", "from mechnotes.patching import activation"),
        ("mechnotes.superposition.data", "from ..patching import activation"),
        ("mechnotes.superposition.data", "def late():\n    import mechnotes.patching"),
        ("mechnotes.superposition.data", "from mechnotes.plots import style"),
        ("mechnotes.superposition.data", "from mechnotes.exercises import catalog"),
        ("mechnotes.exercises.sampling", "from mechnotes.plots import style"),
        ("mechnotes.monosemanticity.measures", "from mechnotes.superposition import model"),
        ("mechnotes.rng", "from scripts import dev"),
        ("mechnotes.superposition.data", "import tests.contracts"),
    ],
)
def test_a_forbidden_import_is_seen(name: str, line: str):
    known = {"superposition", "patching", "monosemanticity", "storybook"}
    assert list(forbidden(Module(name, line), known)) != []


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("mechnotes.superposition.training", "from mechnotes.superposition import data"),
        ("mechnotes.superposition.training", "from mechnotes import experiments, rng"),
        ("mechnotes.superposition.training", "from . import data"),
        ("mechnotes.patching.activation", "from mechnotes.models import load"),
        ("mechnotes.monosemanticity.measures", "from mechnotes.superposition import geometry"),
        ("mechnotes.prompts", "from mechnotes.storybook.grammar import sentence"),
        ("mechnotes.prompts", "from mechnotes.storybook import giving, words"),
        ("mechnotes.models", "from mechnotes.storybook import folder"),
        ("mechnotes.exercises.sampling", "from mechnotes.superposition import data"),
        ("mechnotes.plots.phase", "from mechnotes.superposition.training import TrainedToys"),
        ("mechnotes.plots.phase", "from mechnotes import __version__"),
    ],
)
def test_an_import_along_the_layers_passes(name: str, line: str):
    known = {"superposition", "patching", "monosemanticity", "storybook"}
    assert list(forbidden(Module(name, line), known)) == []


def test_a_fenced_library_is_found_under_any_form_of_import():
    forms = ["import sae_lens", "from sae_lens.saes import SAE", "import sae_lens.saes as s"]
    users = [Module(f"mechnotes.sae.m{number}", form) for number, form in enumerate(forms)]
    assert len(users_of("sae_lens", users)) == 3
