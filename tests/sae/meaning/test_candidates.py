"""The best of several banks: each bank holds what it says, and the probe is a ceiling."""

import pytest
import torch

from mechnotes import rng
from mechnotes.sae import activations, autoencoder
from mechnotes.sae.meaning import candidates, labels
from mechnotes.sae.meaning.candidates import Bank

HOOK = "blocks.1.hook_resid_post"


@pytest.fixture(scope="module")
def text():
    return labels.passages(60, seed=1)


@pytest.fixture(scope="module")
def banks(model, small_sae, text) -> list[Bank]:
    return [
        candidates.latents(model, small_sae, text, name="latent"),
        candidates.neurons(model, 1, text),
        candidates.dimensions(model, HOOK, text),
        candidates.probe(model, HOOK, text, labels.truth(text)),
    ]


def test_every_bank_holds_the_values_of_its_own_place(model, small_sae, text, banks):
    read = autoencoder.read(model, small_sae, text.tokens)
    latents, neurons, dimensions, probe = banks
    assert torch.allclose(latents.values.view(60, 63, 96)[7, 4], small_sae.encode(read)[7, 5])
    mlp = activations.read(model, "blocks.1.mlp.hook_post", text.tokens)
    assert torch.equal(neurons.values.view(60, 63, 256)[3, 0], mlp[3, 1])
    assert torch.equal(dimensions.values[:, :64], -dimensions.values[:, 64:])
    assert dimensions.units[65] == "dimension 1, negative" and neurons.units[9] == "neuron 1.9"
    assert probe.values.shape[1] == len(labels.QUESTIONS)


def test_a_probe_finds_a_direction_that_no_dimension_shows_and_leaves_noise_alone():
    generator = rng.generator(0, "probe")
    values = torch.randn(2000, 20, generator=generator)
    true = torch.randn(20, generator=generator)
    score = values @ true / true.norm() - 1
    truth = torch.stack([score > 0, torch.rand(2000, generator=generator) < 0.2], dim=1)
    chosen = torch.arange(2000) % 2 == 0
    direction, bias = candidates.fit_probe(values, truth, chosen=chosen)
    cosine = torch.nn.functional.cosine_similarity(direction[:, 0], true, dim=0)
    assert cosine > 0.97
    found = labels.score(values @ direction + bias, truth, chosen=chosen)
    assert found.f1[0, 0] > 0.9 and found.f1[1, 1] < 0.45
    assert labels.score(values, truth, chosen=chosen).f1[:, 0].max() < found.f1[0, 0] - 0.2


def test_the_bias_of_a_probe_makes_its_mean_chance_the_share_of_the_label():
    values = torch.randn(400, 3, generator=rng.generator(1, "probe")) * 10 + 5
    truth = (torch.arange(400) % 5 == 0)[:, None]
    chosen = torch.arange(400) < 200
    direction, bias = candidates.fit_probe(values, truth, chosen=chosen)
    assert torch.sigmoid(values[chosen] @ direction + bias).mean().item() == pytest.approx(
        0.2, abs=0.01
    )


def test_the_comparison_names_the_unit_that_the_scores_name(banks, text):
    found = candidates.compare(banks, text)
    scores = labels.score(banks[1].values, labels.truth(text), chosen=labels.first_half(text))
    assert found.units[2][1] == f"neuron 1.{int(scores.best[2])}"
    assert found.f1[2, 1] == scores.f1[scores.best[2], 2]
    assert found.labels == tuple(labels.QUESTIONS)


def test_where_a_label_is_worked_out_the_probe_is_a_ceiling(banks, text):
    found = candidates.compare(banks, text)
    assert (found.f1[:, 3] > found.f1[:, :3].amax(1) - 0.1).all()


def test_a_table_shows_precision_and_recall(banks, text):
    found = candidates.compare(banks, text)
    html = found._repr_html_()
    assert html.count("<tr>") == 5 and html.count('scope="row"') == 4
    assert f"<td>{found.precision[0, 3]:.2f} / {found.recall[0, 3]:.2f}</td>" in html


@pytest.mark.bad_input
def test_no_bank_is_refused(text):
    with pytest.raises(ValueError, match="banks: got none"):
        candidates.compare([], text)
