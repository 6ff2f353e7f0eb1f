"""What the builders cannot use is refused with what they got, expected, and how to mend it."""

import math
from collections.abc import Callable

import pytest

from mechnotes import prompts

pytestmark = pytest.mark.bad_input
BUILDERS = (prompts.ioi, prompts.induction, prompts.sentiment, prompts.agreement)
COUNTS = (0, -1, 1.0, True, None, "8", math.nan)
SEEDS = (-1, 0.5, True, None, "0")


def refused(build: Callable, name: str, **arguments: object) -> None:
    with pytest.raises(ValueError, match=rf"(?s)^{name}: got .+; expected .+\. .+"):
        build(**({"n_pairs": 2, "seed": 0} | arguments))


@pytest.mark.parametrize("build", BUILDERS)
@pytest.mark.parametrize(
    ("name", "values"),
    [("n_pairs", COUNTS), ("seed", SEEDS), ("vocabulary", ("gpt3", "", None, 0))],
)
def test_a_bad_count_seed_or_vocabulary_is_refused(build, name, values):
    for value in values:
        refused(build, name, **{name: value})


@pytest.mark.parametrize("build", [prompts.ioi, prompts.sentiment, prompts.agreement])
def test_a_line_that_does_not_exist_is_refused(build):
    for template in (-1, 6, 0.0, True, "0"):
        refused(build, "template", template=template)


def test_a_bad_order_or_held_out_is_refused():
    for order in ("abba", "", 0):
        refused(prompts.ioi, "order", order=order)
    for held_out in (None, 1, "yes"):
        refused(prompts.ioi, "held_out", held_out=held_out)


def test_a_list_of_a_length_that_the_grammar_lacks_is_refused():
    for length in (2, 11, 8.0, None):
        refused(prompts.induction, "length", length=length)
    for given in (0, 8, -1, 1.0):
        refused(prompts.induction, "given", length=8, given=given)


@pytest.mark.parametrize("build", BUILDERS)
def test_what_is_no_model_is_refused(build):
    for model in ("gpt2", 0, object()):
        refused(build, "model", model=model)


@pytest.mark.parametrize("build", BUILDERS)
def test_gpt2_prompts_need_a_model(build):
    with pytest.raises(ValueError, match=r'^model: got None .*Pass model=models.load\("gpt2"\)'):
        build(n_pairs=2, seed=0, vocabulary="gpt2")


@pytest.mark.parametrize("build", BUILDERS)
def test_words_that_the_tokenizer_does_not_know_are_named(build, storybook):
    expected = r"^model: got .*does not know .*(The|When|Today|After|list|is).*one token\. Choose"
    with pytest.raises(ValueError, match=expected):
        build(n_pairs=8, seed=0, vocabulary="gpt2", model=storybook)


def test_words_that_the_tokenizer_cuts_are_named(gpt2):
    with pytest.raises(ValueError, match=r"whose tokenizer cuts .*; expected .*one token"):
        prompts.sentiment(n_pairs=4, seed=0, vocabulary="storybook", model=gpt2)


def test_names_are_kept_apart_for_the_storybook_only(gpt2):
    refused(prompts.ioi, "held_out", vocabulary="gpt2", model=gpt2, held_out=True)


def test_every_public_function_is_tried():
    from tests.superposition.bad_values import public_functions

    assert public_functions(prompts) == {build.__name__ for build in BUILDERS}
