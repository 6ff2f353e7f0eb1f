"""The reference autoencoder is sae_lens's, on equal weights: values, losses, gradients."""

import pytest
import sae_lens as lens
import torch
from sae_lens.saes.sae import TrainStepInput

from mechnotes import rng
from mechnotes.sae import encoders, library, reference
from mechnotes.sae.config import ARCHITECTURES, SAEConfig

D_IN, D_SAE, K, COEFFICIENT, BANDWIDTH = 10, 24, 5, 0.7, 0.3
NAMES = ("W_enc", "b_enc", "W_dec", "b_dec")
TRAINED = {
    "standard": (lens.StandardTrainingSAE, lens.StandardTrainingSAEConfig),
    "topk": (lens.TopKTrainingSAE, lens.TopKTrainingSAEConfig),
    "jumprelu": (lens.JumpReLUTrainingSAE, lens.JumpReLUTrainingSAEConfig),
}
OPTIONS = {
    "standard": {"l1_coefficient": COEFFICIENT},
    "topk": {"k": K},
    "jumprelu": {"l0_coefficient": COEFFICIENT, "jumprelu_bandwidth": BANDWIDTH},
}


def weights_of(architecture, *, unit_rows):
    """Random weights; TopK in training chooses as if rows had length 1."""
    generator = rng.generator(0, "weights", architecture)
    W_dec = torch.randn(D_SAE, D_IN, generator=generator)
    weights = {
        "W_enc": torch.randn(D_IN, D_SAE, generator=generator) / 3,
        "b_enc": torch.randn(D_SAE, generator=generator) / 3,
        "W_dec": W_dec / W_dec.norm(dim=1, keepdim=True) if unit_rows else W_dec,
        "b_dec": torch.randn(D_IN, generator=generator),
    }
    if architecture == "jumprelu":
        weights["threshold"] = torch.rand(D_SAE, generator=generator)
    return weights


def config_of(architecture):
    return SAEConfig(
        architecture=architecture, d_sae=D_SAE, k=K, jumprelu_bandwidth=BANDWIDTH, steps=1000
    )


@pytest.fixture
def x():
    return 2 * torch.randn(300, D_IN, generator=rng.generator(1, "x"))


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_latents_and_reconstruction_are_those_of_sae_lens(architecture, x):
    weights, config = weights_of(architecture, unit_rows=False), config_of(architecture)
    ours = reference.assemble(weights, config)
    theirs = library.assemble(weights, config, hook="planted", model_name="planted")
    latents = ours.encode(x)
    assert 0.05 < (latents > 0).float().mean() < 0.9
    assert torch.allclose(latents, theirs.encode(x), atol=1e-5)
    assert torch.allclose(ours.decode(latents), theirs(x), atol=1e-5)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_loss_and_gradients_are_those_of_sae_lens(architecture, x):
    weights = weights_of(architecture, unit_rows=architecture == "topk")
    kind, config = TRAINED[architecture]
    theirs = kind(config(d_in=D_IN, d_sae=D_SAE, **OPTIONS[architecture]))
    theirs.load_state_dict(weights)
    coefficients = {"l1": COEFFICIENT, "l0": COEFFICIENT}
    given = TrainStepInput(
        sae_in=x,
        coefficients=coefficients,
        dead_neuron_mask=None,
        n_training_steps=0,
        is_logging_step=False,
    )
    loss = theirs.training_forward_pass(given).loss
    parameters = dict(theirs.named_parameters())
    by_theirs = dict(
        zip(parameters, torch.autograd.grad(loss, [*parameters.values()]), strict=True)
    )
    leaves = {name: W.clone().requires_grad_() for name, W in weights.items()}
    ours = reference.assemble(leaves, config_of(architecture)).loss(x, coefficient=COEFFICIENT)
    by_ours = dict(zip(leaves, torch.autograd.grad(ours, [*leaves.values()]), strict=True))
    assert torch.allclose(ours, loss, rtol=1e-5)
    # TopK in training multiplies by the rows' length, 1 here, which bends the decoder's gradient.
    for name in set(leaves) - ({"W_dec"} if architecture == "topk" else set()):
        assert torch.allclose(by_ours[name], by_theirs[name], rtol=1e-3, atol=1e-4), name


def test_topk_keeps_k_and_never_a_negative_value():
    pre = torch.tensor([[3.0, -1.0, 2.0, 1.0], [-3.0, -1.0, -2.0, 4.0]])
    assert encoders.topk(pre, 2).tolist() == [[3, 0, 2, 0], [0, 0, 0, 4]]


def test_a_value_exactly_at_its_threshold_is_not_kept():
    pre, threshold = torch.tensor([[0.5, 0.6, 0.4]]), torch.full((3,), 0.5)
    assert encoders.jumprelu(pre, threshold).tolist() == [[0, pre[0, 1].item(), 0]]
    assert encoders.active(pre, threshold).tolist() == [[0, 1, 0]]


def test_shrinking_latents_and_stretching_rows_is_not_rewarded(x):
    weights = weights_of("standard", unit_rows=False)
    halved = weights | {
        "W_enc": weights["W_enc"] / 2,
        "b_enc": weights["b_enc"] / 2,
        "W_dec": weights["W_dec"] * 2,
    }
    losses = [
        reference.assemble(given, config_of("standard")).loss(x, coefficient=1.0)
        for given in (weights, halved)
    ]
    assert torch.allclose(*losses, rtol=1e-5)


def test_a_decoder_step_keeps_rows_at_length_one_and_goes_down(x):
    weights = weights_of("standard", unit_rows=True)
    config = config_of("standard")
    stepped = reference.decoder_step(x, *(weights[n] for n in NAMES), learning_rate=1e-2)
    assert torch.allclose(stepped.norm(dim=1), torch.ones(D_SAE), atol=1e-6)
    before, after = (
        reference.assemble(weights | {"W_dec": W}, config).loss(x)
        for W in (weights["W_dec"], stepped)
    )
    assert after < before


def test_a_step_along_a_row_goes_nowhere(x):
    """One latent that says too little of its own direction: only its length would change."""
    row = torch.eye(D_IN)[:1]
    along = x[:, :1].abs() @ row
    stepped = reference.decoder_step(
        along, row.mT * 0.3, torch.zeros(1), row, torch.zeros(D_IN), learning_rate=0.5
    )
    assert torch.equal(stepped, row)


@pytest.mark.bad_input
@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"architecture": "gated"}, "architecture: got 'gated'"),
        ({"architecture": "topk", "k": D_SAE + 1}, "k: got 25; expected an integer from 1 to 24"),
        ({"b_enc": torch.zeros(3)}, r"b_enc: got shape \(3,\)"),
        ({"W_dec": torch.zeros(D_IN, D_SAE)}, "W_dec: got shape"),
        ({"architecture": "jumprelu"}, "threshold: got none; expected thresholds"),
        ({"threshold": torch.zeros(D_SAE)}, "threshold: got one for 'standard'"),
        ({"bandwidth": 0}, "bandwidth: got 0"),
    ],
)
def test_what_is_no_autoencoder_is_refused(change, said):
    weights = weights_of("standard", unit_rows=True)
    with pytest.raises(ValueError, match=said):
        reference.ReferenceSAE(**(weights | change))


@pytest.mark.bad_input
def test_missing_weights_and_impossible_settings_are_refused(x):
    weights = weights_of("standard", unit_rows=True)
    with pytest.raises(ValueError, match=r"without \['b_dec'\]"):
        reference.assemble({n: weights[n] for n in NAMES[:3]}, config_of("standard"))
    with pytest.raises(ValueError, match="coefficient: got -1"):
        reference.assemble(weights, config_of("standard")).loss(x, coefficient=-1)
    with pytest.raises(ValueError, match="k: got 0; expected an integer from 1 to 10"):
        encoders.topk(x, 0)
