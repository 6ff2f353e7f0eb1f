"""An explorer: one batch is there without scripts, each is in a file, and lines are the data."""

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from mechnotes.plots import explorer
from mechnotes.plots.batches import Batch, Model


def model(value: float, n: int = 6) -> Model:
    """Neuron i answers to feature i alone, and neuron 0 to every feature."""
    activations = np.eye(n, 4)
    activations[0] = 1
    return Model(
        value=value,
        label=f"{value:g}",
        note=f"Rate {value:g} <b>",
        bias=np.linspace(-1, 1, n),
        score=np.array([0.25] + [1.0] * (n - 1)),
        activations=activations,
    )


def batch(name: str = "LR1") -> Batch:
    curve = np.arange(2 * 3 * 4, dtype=float).reshape(2, 3, 4)
    return Batch(
        name=name,
        told="All alike.",
        swept="rate",
        models=(model(0.001), model(0.1)),
        steps=(0, 1, 10, 100),
        curves={"loss": -curve, "count": curve},
    )


@pytest.fixture
def made() -> explorer.Explorer:
    return explorer.make([batch(), batch("B1")])


def told(made: explorer.Explorer, name: str) -> Any:
    text = made.files[name]
    return json.loads(re.fullmatch(r"document\.currentScript\.told=(.*)\n", text)[1])


def charts(html: str) -> dict[str, ET.Element]:
    found = re.findall(r"<figcaption>([^<]*)</figcaption>(<svg.*?</svg>)", html)
    return {name: ET.fromstring(svg) for name, svg in found}


def strokes(chart: ET.Element) -> list[ET.Element]:
    return [path for path in chart.iter("path") if "data-value" in path.attrib]


def test_the_page_holds_the_first_batch_and_names_a_file_for_each(made: explorer.Explorer):
    bundle = made._repr_mimebundle_()
    html, files = bundle["text/html"], bundle[explorer.FILES]
    wanted = ["batch-0.js", "batch-0-models-0.js", "batch-1.js", "batch-1-models-0.js"]
    assert [*files] == wanted == re.findall(r"files:([\w.-]+)", html)
    assert told(made, "batch-0.js") in html
    assert "<option>B1: rate</option>" in html


def test_a_file_has_a_part_for_each_value_and_the_first_stands_in_the_batch(
    made: explorer.Explorer,
):
    section, models = told(made, "batch-1.js"), told(made, "batch-1-models-0.js")
    assert len(models) == 2
    assert models[0] in section
    assert models[1] not in section
    assert "Rate 0.1 &lt;b&gt;" in models[1]


def test_of_many_models_a_handful_is_in_each_file_in_their_order():
    curves = {"count": np.zeros((6, 1, 4))}
    many = replace(batch(), models=tuple(model(float(n)) for n in range(6)), curves=curves)
    made = explorer.make([many])
    files = [told(made, f"batch-0-models-{number}.js") for number in range(2)]
    assert [len(file) for file in files] == [explorer.AT_ONCE, 6 - explorer.AT_ONCE]
    assert "Rate 4 " in files[1][0]


def test_a_line_rises_where_its_curve_rises_and_carries_the_number_of_its_value(
    made: explorer.Explorer,
):
    count = charts(told(made, "batch-0.js"))["count"]
    drawn = strokes(count)
    assert [path.get("data-value") for path in drawn] == ["0"] * 3 + ["1"] * 3
    heights = [float(pair.split(",")[1]) for pair in drawn[0].get("d")[1:].split("L")]
    assert len(heights) == 3  # step 0 has no place on a logarithmic axis
    assert heights == sorted(heights, reverse=True)


def test_the_ends_are_drawn_against_the_swept_quantity_by_equal_factors(made: explorer.Explorer):
    ends = charts(told(made, "batch-0.js"))["count, at the end"]
    dots = [(dot.get("data-value"), dot.get("d").split(",")[0]) for dot in strokes(ends)]
    assert dots == [("0", "M48")] * 3 + [("1", "M312")] * 3


def test_neurons_that_answer_to_one_feature_are_marked(made: explorer.Explorer):
    (chart,) = charts(told(made, "batch-0-models-0.js")[0]).values()
    assert [dots.get("d").count("h0") for dots in strokes(chart)] == [1, 5]


def test_a_gap_in_a_curve_is_no_point():
    curve = batch().curves["count"].copy()
    curve[0, 0, 1] = np.nan
    html = explorer.make([replace(batch(), curves={"count": curve})]).html({})
    assert strokes(charts(html)["count"])[0].get("d").count("L") == 1


def test_of_many_neurons_some_are_shown_and_it_is_said():
    many = replace(batch(), models=(model(0.1, n=600), model(0.2)))
    html = explorer.make([many]).html({})
    assert "256 of 600 of them" in html and "the first" not in html


@pytest.mark.bad_input
@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda: {"curves": {"a": np.zeros((2, 4))}}, "value seed checkpoint"),
        (lambda: {"curves": {"a": np.zeros((3, 1, 4))}}, "Give each model a row"),
        (lambda: {"curves": {}}, "value seed checkpoint"),
        (lambda: {"models": (replace(model(1.0), bias=np.zeros(2)),) * 2}, "same model"),
    ],
)
def test_what_does_not_fit_is_refused(change: Callable[[], dict], said: str):
    with pytest.raises(ValueError, match=said):
        explorer.make([replace(batch(), **change())])


@pytest.mark.bad_input
def test_batches_without_a_name_of_their_own_are_refused():
    with pytest.raises(ValueError, match="at least one"):
        explorer.make([])
    with pytest.raises(ValueError, match="a name of its own"):
        explorer.make([batch(), batch()])
