"""The functions that a page uses are found in its code."""

from pipeline import source, uses
from pipeline.project import HERE, Project

from tests.pipeline.conftest import page

CODE = """
from mechnotes import experiments
from mechnotes.plots.geometry import plot_features
from mechnotes.superposition import geometry, training as t

toys = experiments.load(t.train, "pentagon")
plot_features(toys.W)
geometry.feature_norms(toys.W).sum()"""


def test_functions_are_found_through_modules_names_and_aliases():
    found = uses.names(Project(HERE), source.parse("p.py", page(CODE)))
    assert found == [
        "mechnotes.experiments.load",
        "mechnotes.plots.geometry.plot_features",
        "mechnotes.superposition.geometry.feature_norms",
        "mechnotes.superposition.training.train",
    ]


def test_what_the_package_does_not_define_is_left_out():
    code = "\nimport torch\nfrom mechnotes.superposition import geometry\n\n"
    wanted = page(code + "%time 1\ntorch.zeros(1), geometry.math, geometry._checked")
    assert uses.names(Project(HERE), source.parse("p.py", wanted)) == []
    assert uses.line(Project(HERE), source.parse("p.py", wanted)) == ""
