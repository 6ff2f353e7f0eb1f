"""Five equal heads under five metrics, against closed forms."""

import math

import pytest
import torch

from mechnotes import metrics
from mechnotes.patching import saturation
from mechnotes.patching.saturation import AdditiveHeads

FIVE = saturation.five_heads()


def in_turn(metric, net=FIVE) -> list[float]:
    return saturation.restored_in_turn(net, metric).tolist()


def chance(answer_logit: float) -> float:
    """Probability of the answer beside logits 0 and -3."""
    return math.exp(answer_logit) / (math.exp(answer_logit) + 1 + math.exp(-3))


def test_every_head_adds_its_strength_to_the_logit_difference():
    assert in_turn(metrics.logit_diff) == [2, 2, 2, 2, 2]


def test_effects_in_probability_are_steps_of_a_softmax():
    expected = [chance(low + 2) - chance(low) for low in (-5, -3, -1, 1, 3)]
    assert in_turn(metrics.probability) == pytest.approx(expected, abs=1e-6)


def test_probability_credits_equal_heads_more_than_three_times_differently():
    found = saturation.restored_in_turn(FIVE, metrics.probability)
    assert saturation.inequality(found) > 3
    assert saturation.inequality(saturation.restored_in_turn(FIVE, metrics.logit_diff)) == 1


def test_weak_heads_stay_where_probability_is_nearly_linear():
    weak = saturation.restored_in_turn(saturation.five_heads(strength=0.2), metrics.probability)
    assert saturation.inequality(weak) < 1.1


def test_the_same_head_earns_ten_times_more_in_the_middle_of_the_row_than_at_its_start():
    """Head 0 restored first, and restored after heads 1 and 2."""
    runs = torch.zeros(4, 5).bool()
    runs[1, 0] = runs[2, 1] = runs[2, 2] = runs[3, :3] = True
    logits = FIVE.logits(runs)
    answers = torch.zeros(4, dtype=torch.int64)
    target = metrics.Target(answers=answers, wrong=answers + 1, clean=logits)
    for metric, ratio in ((metrics.logit_diff, 1.0), (metrics.probability, 11.87)):
        score = metric(logits, target)
        first, third = score[1] - score[0], score[3] - score[2]
        assert (third / first).item() == pytest.approx(ratio, abs=0.01)


def test_alone_from_the_same_run_equal_heads_are_equal_in_every_metric():
    for metric in (metrics.logit_diff, metrics.log_prob, metrics.probability, metrics.divergence):
        found = saturation.restored_alone(FIVE, metric)
        assert torch.allclose(found, found[:1].expand(5))


def test_accuracy_sees_the_one_head_that_turns_the_order_around():
    assert in_turn(metrics.accuracy) == [0, 0, 1, 0, 0]


def test_effects_add_up_to_the_joint_effect():
    for metric in (metrics.logit_diff, metrics.log_prob, metrics.probability, metrics.divergence):
        total = sum(in_turn(metric))
        both = FIVE.logits(torch.tensor([[False] * 5, [True] * 5]))
        zero = torch.zeros(2, dtype=torch.int64)
        target = metrics.Target(answers=zero, wrong=zero + 1, clean=both[1:].expand(2, -1))
        before, after = metric(both, target).tolist()
        assert total == pytest.approx(after - before, abs=1e-5)


def test_the_divergence_sees_a_head_that_the_logit_difference_does_not():
    """It speaks for the answer and the wrong word alike, against the third one."""
    bystander = AdditiveHeads(start=FIVE.start, writes=torch.tensor([[1.0, 1.0, 0.0]]))
    assert in_turn(metrics.logit_diff, bystander) == [0]
    assert in_turn(metrics.accuracy, bystander) == [0]
    assert in_turn(metrics.divergence, bystander)[0] < -1e-3


def test_inequality_is_infinite_if_one_head_does_nothing():
    assert saturation.inequality(torch.tensor([1.0, 0.0])) == math.inf
    assert saturation.inequality(torch.tensor([-4.0, 2.0])) == 2


BAD = [
    (lambda: saturation.five_heads(strength=0), "strength: got 0"),
    (lambda: saturation.five_heads(strength=math.nan), "strength: got nan"),
    (lambda: saturation.restored_in_turn(FIVE, None), "metric: got None"),
    (lambda: saturation.restored_alone(FIVE, "accuracy"), "metric: got 'accuracy'"),
    (lambda: saturation.inequality(torch.zeros(3)), "effects: got zeros only"),
    (lambda: saturation.inequality(torch.ones(2, 2)), "effects: got shape"),
    (lambda: saturation.inequality(torch.tensor([1.0, math.nan])), "effects: got 1 NaN"),
    (lambda: FIVE.logits(torch.ones(1, 4).bool()), "on: got shape"),
    (lambda: AdditiveHeads(start=torch.ones(2), writes=torch.ones(5, 3)), "writes: got shape"),
    (lambda: AdditiveHeads(start=None, writes=torch.ones(5, 3)), "start: got NoneType"),
    (lambda: FIVE.logits([True] * 5), "on: got list"),
]


@pytest.mark.bad_input
@pytest.mark.parametrize(("call", "said"), BAD, ids=lambda v: str(v)[:30])
def test_bad_heads_and_metrics_are_refused(call, said):
    with pytest.raises(ValueError, match=said):
        call()
