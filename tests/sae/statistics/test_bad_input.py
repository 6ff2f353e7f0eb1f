"""What no test can be made of, and the error that says why: got, expected, fix."""

import math

import pytest
import torch

from mechnotes.sae.statistics import (
    always_on,
    effect,
    maximum,
    multiple,
    permutation,
    planning,
    pooling,
    power,
    rule,
    simulated,
)
from tests.superposition.bad_values import TEACHES

pytestmark = pytest.mark.bad_input
VALUES, GROUP = simulated.bystanders(8, 5, share=0.6), torch.arange(8) < 4
FIRING = power.Firing(with_property=0.9, without=0.1)
TESTED = permutation.compare(VALUES, GROUP)
COMPARE = (permutation.compare, maximum.compare, effect.superiority, multiple.adjusted_p)
NAN = VALUES.clone()
NAN[2, 3] = math.nan


@pytest.mark.parametrize("compare", COMPARE)
@pytest.mark.parametrize(
    ("values", "group", "said"),
    [
        (VALUES, torch.zeros(8).bool(), "group: got 0 texts with .* texts of both kinds"),
        (VALUES, torch.ones(8).bool(), "group: got 8 texts with the property and 0"),
        (VALUES, torch.arange(8) < 1, "group: got 1 texts with .* at least two texts of each"),
        (VALUES, torch.arange(8) < 7, "group: got 7 texts .* and 1 without"),
        (VALUES[:2], torch.tensor([True, False]), "at least two texts of each kind"),
        (VALUES, torch.arange(7) < 3, r"values: got shape \(8, 5\); expected shape \(text=7"),
        (VALUES, GROUP.long(), r"group: got a tensor of torch.int64"),
        (VALUES, ["happy"] * 8, "group: got list"),
        (VALUES, GROUP[None], r"group: got a tensor of torch.bool and shape \(1, 8\)"),
        (VALUES[:, 0], GROUP, r"values: got shape \(8,\)"),
        (VALUES.long(), GROUP, "values: got a tensor of torch.int64"),
        (VALUES.tolist(), GROUP, "values: got list"),
        (NAN, GROUP, "values: got 1 NaN or infinite entries of 40"),
        (0 * VALUES, GROUP, "values: got latents that are all zero; .* nothing fires here"),
        (0 * VALUES + 2, GROUP, "values: got latents that are all the same in every text"),
        (2 + 1e-7 * VALUES, GROUP, "values: got latents .* same in every text, up to rounding"),
    ],
)
def test_texts_and_groups_with_which_nothing_can_be_tested(compare, values, group, said):
    with pytest.raises(ValueError, match=said) as error:
        compare(values, group)
    assert __import__("re").match(TEACHES, str(error.value))


@pytest.mark.parametrize("compare", [permutation.compare, maximum.compare])
def test_too_few_relabelings_for_the_level_say_how_many_to_draw(compare):
    few = compare(VALUES, GROUP, at_most=10)
    with pytest.raises(ValueError, match=r"level: got 0\.05 with 10 relab.* 0\.1; .*at_most=400"):
        few.found(0.05)
    assert isinstance(few.found(0.2), tuple)


def test_too_few_texts_for_the_level_say_to_take_more():
    tiny = permutation.compare(VALUES[:4], torch.arange(4) < 2)
    with pytest.raises(ValueError, match=r"level: .*smallest p is 0\.167; .*Take more texts"):
        tiny.found()


@pytest.mark.parametrize(
    "call",
    [
        lambda: TESTED.found(0),
        lambda: TESTED.found(1.5),
        lambda: TESTED.found(math.nan),
        lambda: TESTED.top(0),
        lambda: permutation.compare(VALUES, GROUP, alternative="less"),
        lambda: permutation.compare(VALUES, GROUP, at_most=1),
        lambda: permutation.compare(VALUES, GROUP, at_most=10**9),
        lambda: permutation.compare(VALUES, torch.arange(8) < 4, at_most=20, seed=-1),
        lambda: permutation.relabelings("happy"),
        lambda: maximum.compare(VALUES, GROUP, studentized=1),
        lambda: maximum.compare(VALUES, GROUP, step_down="yes"),
        lambda: multiple.bonferroni(TESTED.p),
        lambda: multiple.bonferroni(permutation.compare(VALUES, GROUP, at_most=50)),
        lambda: multiple.benjamini_hochberg(None),
        lambda: multiple.step_up([0.1]),
        lambda: effect.superiority(VALUES, GROUP, confidence=1),
        lambda: power.Firing(with_property=1.1, without=0),
        lambda: power.Firing(with_property=1, without=-0.1),
        lambda: power.Firing(with_property=1, without=0, spread=-1),
        lambda: FIRING.draw(GROUP, 0, generator=torch.Generator()),
        lambda: FIRING.draw(GROUP, 3, generator=None),
        lambda: power.power("often", n_with=4, n_without=4),
        lambda: power.power(FIRING, n_with=1, n_without=4),
        lambda: power.power(FIRING, n_with=4, n_without=4, n_trials=3),
        lambda: power.power(FIRING, n_with=9, n_without=9, background=VALUES),
        lambda: power.power(FIRING, n_with=4, n_without=4, background=NAN),
        lambda: power.power(FIRING, n_with=12, n_without=12, level=1e-6),
        lambda: planning.smallest_p(0, 4),
        lambda: planning.smallest_p(4, 4, alternative="less"),
        lambda: planning.smallest_groups(0),
        lambda: planning.smallest_groups(1e-320, others_per_text=0),
        lambda: planning.fewest_at_minimum(0, 7, 7),
        lambda: planning.plan(FIRING, sizes=()),
        lambda: planning.plan(FIRING, sizes=(7, 5)),
        lambda: planning.plan(FIRING, sizes=(1,)),
        lambda: planning.plan(FIRING, sizes=(4,), target=0),
        lambda: rule.pick(VALUES[:1]),
        lambda: rule.pick(NAN),
        lambda: rule.pick(VALUES, without=(5,)),
        lambda: rule.pick(VALUES, share=2),
        lambda: rule.pick(VALUES, threshold=math.inf),
        lambda: rule.shared(VALUES, VALUES[:, :3]),
        lambda: rule.shared(VALUES, VALUES, n=6),
        lambda: pooling.pooled(VALUES, torch.tensor([1])),
        lambda: pooling.pooled(VALUES[None], torch.tensor([1])),
        lambda: pooling.pooled(VALUES[None], torch.tensor([9])),
        lambda: pooling.pooled(VALUES[None], torch.tensor([3.0])),
        lambda: pooling.pooled(VALUES[None], [3]),
        lambda: pooling.pooled(VALUES[None], torch.tensor([3]), "sum"),
        lambda: pooling.pooled(VALUES[None], torch.tensor([3]), skip_bos=1),
        lambda: simulated.bystanders(0, 3),
        lambda: simulated.bystanders(3, 3, share=2),
        lambda: simulated.texts(1),
        lambda: simulated.texts(bos_length=-1),
        lambda: always_on.diagnose(VALUES, ["happy"] * 8),
    ],
)
def test_an_argument_that_means_nothing_is_refused_with_an_explanation(call):
    with pytest.raises(ValueError, match=TEACHES):
        call()
