"""Three measures of monosemanticity, on networks whose answer is known."""

import pytest
import torch

from mechnotes.monosemanticity import measures


def by_hand() -> torch.Tensor:
    """Three neurons for one feature each, two for several, one silent: [neurons features]."""
    responses = torch.zeros(6, 8)
    responses[0, 0] = responses[1, 3] = 1.0
    responses[2, 3] = 0.2  # weak, and for a feature that another neuron has
    responses[3, 4:6] = 1.0
    responses[4] = 0.5
    return responses


def test_the_paper_counts_the_neurons_that_answer_to_one_feature():
    responses = by_hand()
    assert measures.n_monosemantic(responses).item() == 3
    share = torch.tensor([1, 1, 1, 1 / 2, 1 / 8, 0])
    assert torch.allclose(measures.top_share(responses), share)
    assert measures.top_feature(responses).tolist() == [0, 3, 3, 4, 0, -1]
    assert measures.silent_share(responses).item() == pytest.approx(1 / 6)


def test_participation_is_the_number_of_features_where_all_are_equal():
    found = measures.participation(by_hand())
    assert torch.allclose(found, torch.tensor([1.0, 1, 1, 2, 8, 0]))


def test_a_hundred_tiny_responses_count_for_the_share_and_not_for_participation():
    responses = torch.full((1, 101), 0.001)
    responses[0, 7] = 1.0
    assert measures.top_share(responses).item() == pytest.approx(1 / 1.1)
    assert measures.participation(responses).item() == pytest.approx(1.0, abs=1e-3)
    assert measures.counts(responses)[:2].tolist() == [0, 1]


def test_a_rotation_of_neurons_leaves_dimensionality_alone_and_destroys_the_other_two():
    one_each = torch.eye(6, dtype=torch.float64)
    torch.manual_seed(0)
    rotation = torch.linalg.qr(torch.randn(6, 6, dtype=torch.float64)).Q
    assert measures.counts(one_each).tolist() == [6, 6, 6]
    assert measures.counts(rotation @ one_each).tolist() == [0, 0, 6]
    found = measures.dimensionality(rotation @ one_each)
    assert torch.allclose(found, torch.ones(6, dtype=torch.float64))


def test_two_features_on_one_neuron_have_half_a_dimension_each():
    found = measures.dimensionality(torch.tensor([[1.0, 1.0, 0.0], [0.0, 0.0, 2.0]]))
    assert torch.allclose(found, torch.tensor([0.5, 0.5, 1.0]))


def test_responses_of_silent_neurons_give_zero_and_never_nan():
    nothing = torch.zeros(4, 5)
    assert measures.counts(nothing).tolist() == [0, 0, 0]
    for measure in (measures.top_share, measures.participation, measures.dimensionality):
        assert torch.equal(measure(nothing), torch.zeros_like(measure(nothing)))


def test_a_model_that_exploded_counts_as_nothing_and_spoils_no_other():
    both = torch.stack([by_hand(), torch.full((6, 8), torch.nan)])
    assert measures.counts(both).tolist() == [measures.counts(by_hand()).tolist(), [0, 0, 0]]


def test_magnitudes_count_where_responses_can_be_negative():
    responses = torch.tensor([[1.0, -0.999]])
    # The plain ratio of the paper's code would be a thousand.
    assert measures.top_share(responses).item() == pytest.approx(1 / 1.999)


def test_responses_are_those_to_single_features_at_strength_one():
    W_in, b = torch.tensor([[1.0, 0.0], [0.0, -1.0]]), torch.tensor([-0.25, 0.0])
    E = torch.tensor([[1.0, 0.6], [0.0, 0.8]])
    found = measures.responses(W_in, b, E)
    assert torch.allclose(found, torch.tensor([[0.75, 0.35], [0.0, 0.0]]))
    negative = measures.responses(W_in, b, E, activation="gelu")[1, 1]
    assert negative < 0


def test_scale_changes_none_of_the_three():
    responses = by_hand()
    for measure in (measures.top_share, measures.participation, measures.dimensionality):
        assert torch.allclose(measure(1e-3 * responses), measure(responses), atol=1e-5)
