"""From latent to weights: what a latent says, who could speak to it, checked by intervention."""

import pytest
import torch

from mechnotes import models, rng
from mechnotes.exercises.latent_paths import planted
from mechnotes.sae import activations, autoencoder, library
from mechnotes.sae.config import SAEConfig
from mechnotes.sae.effects import steering, weights, writers
from tests.models import folders

LATENT = 5
TEXT = "at the park Mary found a coat . she smiled . Tom lost the ring . he felt"


def random_sae(d_in: int = 64, d_sae: int = 12, *, hook: str = "blocks.1.hook_resid_post"):
    """Encoder and decoder that have nothing to do with each other."""
    generator = rng.generator(3, "tests", hook)
    shapes = {"W_enc": (d_in, d_sae), "b_enc": (d_sae,), "W_dec": (d_sae, d_in), "b_dec": (d_in,)}
    drawn = {n: torch.randn(s, generator=generator) / d_in**0.5 for n, s in shapes.items()}
    config = SAEConfig(architecture="standard", d_sae=d_sae)
    return library.assemble(drawn, config, hook=hook, model_name="storybook")


@pytest.fixture(scope="module")
def tokens(model):
    return models.tokens(model, TEXT)


@pytest.mark.filterwarnings("ignore:A forward hook edited hook_scale")
@pytest.mark.parametrize("kind", ["storybook", "gpt2", "llama", "neox"])
def test_after_the_last_block_promoted_words_are_the_change_of_the_logits_exactly(
    kind, model, tmp_path
):
    """With the final norm's scale held where it was, there is nothing else between the two."""
    one = model if kind == "storybook" else models.load(folders.write(kind, tmp_path / kind))
    sae = random_sae(one.cfg.d_model, hook=f"blocks.{one.cfg.n_layers - 1}.hook_resid_post")
    text = torch.randint(3, 90, (1, 9), generator=rng.generator(0))
    shift = 0.7 * sae.W_dec[LATENT]
    held: list[torch.Tensor] = []

    def keep(scale, hook):
        held.append(scale)

    clean = one.run_with_hooks(text, fwd_hooks=[("ln_final.hook_scale", keep)])
    edits = [
        (autoencoder.hook_of(sae), lambda x, hook: x + shift),
        ("ln_final.hook_scale", lambda scale, hook: held[0]),
    ]
    change = (one.run_with_hooks(text, fwd_hooks=edits) - clean)[0]
    for pos in range(9):
        expected = weights.promoted(one, sae, LATENT, scale=held[0][0, pos].item())
        ours = change[pos] - change[pos].mean()
        assert torch.allclose(ours, 0.7 * expected, atol=1e-4)


def test_folding_the_norms_changes_no_promoted_word(model):
    """In a folded model the unembedding holds the final norm's weights."""
    folded = models.load("storybook", folded=True)
    reader = weights.unembedding(model)
    other = weights.unembedding(folded)
    centred = [W - W.mean(1, keepdim=True) for W in (reader, other)]
    assert torch.allclose(*centred, atol=1e-4)


def test_the_unembedding_with_its_norm_promotes_what_promoted_says(model):
    sae = random_sae()
    logits = sae.W_dec[LATENT] @ weights.unembedding(model)
    assert torch.allclose(logits - logits.mean(), weights.promoted(model, sae, LATENT), atol=1e-4)


def test_a_scale_divides_and_the_mean_word_is_zero(model):
    sae = random_sae()
    one, two = (weights.promoted(model, sae, LATENT, scale=scale) for scale in (1, 2.0))
    assert torch.allclose(one, 2 * two)
    assert abs(one.mean().item()) < 1e-5


def test_the_final_scale_is_that_of_the_tokens_on_which_the_latent_fires(model, tokens, small_sae):
    values = small_sae.encode(autoencoder.read(model, small_sae, tokens))[0]
    latent = int(values[1:].sum(0).argmax())
    _, cache = model.run_with_cache(tokens)
    scale = cache["ln_final.hook_scale"][0, :, 0]
    fires = [pos for pos in range(1, tokens.shape[1]) if values[pos, latent] > 0]
    expected = sum(scale[pos].item() for pos in fires) / len(fires)
    found = weights.final_scale(model, small_sae, latent, tokens)
    assert found == pytest.approx(expected, rel=1e-5)


def test_steering_raises_the_words_that_the_decoder_promotes(model, tokens):
    """Checked in the running model, scale and all."""
    sae = random_sae(hook="blocks.2.hook_resid_post")
    promoted = weights.promoted(model, sae, LATENT)
    shifts = torch.stack((torch.zeros(64), 3 * sae.W_dec[LATENT]))
    before, after = steering.added(model, sae, tokens, shifts)[:, 0, -1].log_softmax(-1)
    rise = after - before
    both = torch.stack((rise, promoted))
    assert torch.corrcoef(both)[0, 1] > 0.9
    assert rise[promoted.argmax()] > 0 > rise[promoted.argmin()]


def test_writers_are_products_of_weights(model):
    """Against loops over heads, neurons and words."""
    sae = random_sae()
    w = sae.W_enc[:, LATENT]
    found = writers.writers(model, sae, LATENT)
    rows = [(model.W_E[i] @ w).item() for i in range(model.cfg.d_vocab)]
    assert found.words[17].item() == pytest.approx(rows[17] - sum(rows) / len(rows), abs=1e-5)
    for layer, head in ((0, 1), (1, 3)):
        out = model.W_O[layer, head] @ w
        through = model.W_V[layer, head] @ out
        assert found.outputs[layer, head].item() == pytest.approx(out.norm().item(), rel=1e-5)
        assert found.heads[layer, head].item() == pytest.approx(through.norm().item(), rel=1e-5)
    rows_of_1 = model.blocks[1].mlp.W_out
    assert found.neurons[1, 200].item() == pytest.approx((rows_of_1[200] @ w).item(), abs=1e-5)


def test_only_parts_below_the_autoencoder_write_to_it(model):
    before = writers.writers(model, random_sae(hook="blocks.1.hook_resid_pre"), LATENT)
    middle = writers.writers(model, random_sae(hook="blocks.1.hook_resid_mid"), LATENT)
    after = writers.writers(model, random_sae(), LATENT)
    sizes = [(len(w.heads), len(w.neurons)) for w in (before, middle, after)]
    assert sizes == [(1, 1), (2, 1), (2, 2)]


def test_a_head_carries_what_it_writes_when_it_reads_one_word(model):
    """A run in which a head of block 0 gives all its attention to one embedding without place."""
    sae = random_sae()
    word = models.tokens(model, "ring")[0, 1].item()
    found = writers.carried(model, sae, LATENT, layer=0, head=2)

    def written(token: int) -> float:
        x = model.blocks[0].ln1(model.W_E[token][None, None])[0, 0]
        value = x @ model.W_V[0, 2]
        return (value @ model.W_O[0, 2] @ sae.W_enc[:, LATENT]).item()

    every = [written(token) for token in range(model.cfg.d_vocab)]
    assert found[word].item() == pytest.approx(every[word] - sum(every) / len(every), abs=1e-4)


def test_centring_the_activations_is_centring_the_column(model, tokens):
    sae = random_sae()
    sae.cfg.metadata.model_from_pretrained_kwargs = {"center_writing_weights": True}
    x = activations.read(model, autoencoder.hook_of(sae), tokens)
    read = autoencoder.read(model, sae, tokens) @ sae.W_enc[:, LATENT]
    assert torch.allclose(x @ weights.column(model, sae, LATENT), read, atol=1e-4)


def test_a_latent_of_neurons_writes_to_the_stream_through_their_rows(model, tokens):
    """Raising the neurons by the decoder row moves the MLP's output by the direction."""
    hook = "blocks.1.mlp.hook_post"
    sae = random_sae(256, hook=hook)
    outputs = []
    for push in (0.0, 1.0):
        edits = [
            (hook, lambda a, hook, push=push: a + push * sae.W_dec[LATENT]),
            ("blocks.1.hook_mlp_out", lambda x, hook: outputs.append(x)),
        ]
        model.run_with_hooks(tokens, fwd_hooks=edits)
    change = (outputs[1] - outputs[0])[0, -1]
    assert torch.allclose(change, weights.direction(model, sae, LATENT), atol=1e-5)
    best = weights.neurons(sae, LATENT, n=3)
    assert best[0][0] == int(sae.W_dec[LATENT].abs().argmax())
    assert abs(best[0][1]) >= abs(best[1][1]) >= abs(best[2][1])


@pytest.mark.parametrize("seed", range(12))
def test_the_strongest_path_through_a_planted_latent_is_the_planted_one(seed):
    trial, (part, word) = planted(rng.generator(seed))
    found = trial.call(weights.paths)
    assert divmod(int(found.argmax()), found.shape[1]) == (part, word)
    given = trial.given
    swapped = weights.paths(given["parts"], given["decoder"], given["encoder"], given["W_U"])
    assert found.max() > 3 * swapped.max()


def test_a_paths_weight_is_the_change_of_the_logit_that_its_part_causes():
    trial, _ = planted(rng.generator(0))
    given = trial.given
    found = weights.paths(**given)
    for part, row in enumerate(given["parts"]):
        stream = 3.0 * row
        latent = stream @ given["encoder"]
        logits = latent * given["decoder"] @ given["W_U"]
        assert torch.allclose(logits - logits.mean(), 3.0 * found[part], atol=1e-4)


def test_top_words_are_named_highest_first(model):
    values = torch.zeros(model.cfg.d_vocab)
    for word, value in (("glad", 3.0), ("merry", 2.0), ("cross", -1.0)):
        values[models.tokens(model, word)[0, 1]] = value
    assert weights.top_words(model, values, n=2) == [("glad", 3.0), ("merry", 2.0)]
    assert weights.top_words(model, -values, n=1) == [("cross", 1.0)]
