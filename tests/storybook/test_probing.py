"""Probes read what is there, and only that."""

import pytest
import torch

from mechnotes import models
from mechnotes.storybook import corpus, probing, untrained


@pytest.fixture(scope="module")
def found() -> probing.Probed:
    """Probes of the default model on few passages."""
    return probing.probe_layers(models.load("storybook"), n_rows=60)


def row(probed: probing.Probed, question: str) -> torch.Tensor:
    return probed.accuracy[probed.questions.index(question)]


def test_a_planted_direction_is_found_and_noise_is_not():
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(3000, 8, generator=generator)
    y = (x @ torch.randn(8, generator=generator) > 0).long()
    probe = probing.fit(x[:2000], y[:2000])
    assert (probing.predict(probe, x[2000:]) == y[2000:]).float().mean() > 0.97
    dealt = y[:2000][torch.randperm(2000, generator=generator)]
    guessed = probing.predict(probing.fit(x[:2000], dealt), x[2000:]) == y[2000:]
    assert 0.4 < guessed.float().mean() < 0.6


def test_a_fit_without_penalty_is_least_squares():
    generator = torch.Generator().manual_seed(1)
    x, y = torch.randn(200, 5, generator=generator), torch.randint(3, (200,), generator=generator)
    wide = torch.cat([x, torch.ones(200, 1)], dim=1)
    targets = torch.nn.functional.one_hot(y).float()
    expected = torch.linalg.lstsq(wide, targets).solution
    torch.testing.assert_close(probing.fit(x, y, penalty=0.0), expected, atol=1e-4, rtol=1e-3)


def test_a_probe_does_not_care_where_the_origin_is():
    generator = torch.Generator().manual_seed(2)
    x, y = torch.randn(300, 6, generator=generator), torch.randint(4, (300,), generator=generator)
    moved = x + 10 * torch.randn(6, generator=generator)
    said = probing.predict(probing.fit(x, y), x)
    assert torch.equal(said, probing.predict(probing.fit(moved, y), moved))


def test_residuals_are_what_enters_each_block_and_leaves_the_last():
    model = models.load("storybook")
    tokens = corpus.tokens(2, 20, generator=torch.Generator().manual_seed(0))
    streams = probing.residuals(model, tokens)
    _, cache = model.run_with_cache(tokens)
    assert streams.shape == (model.cfg.n_layers + 1, 2, 20, model.cfg.d_model)
    torch.testing.assert_close(streams[0], cache["hook_embed"] + cache["hook_pos_embed"])
    torch.testing.assert_close(streams[-1], cache["ln_final.hook_in"])


def test_the_receiver_is_worked_out_late_and_the_word_is_there_at_once(found: probing.Probed):
    name = row(found, "name to come")
    assert name[0] < 0.1
    assert name[-1] > 0.6
    word = row(found, "this word")
    assert word.argmax() == 0


def test_labels_dealt_out_anew_are_not_read(found: probing.Probed):
    name = found.questions.index("name to come")
    assert found.shuffled[name].max() < 0.15
    assert (found.shuffled <= found.commonest[:, None] + 0.25).all()


def test_random_weights_do_not_know_the_receiver():
    reset = probing.probe_layers(untrained.load(seed=3), n_rows=60)
    assert row(reset, "name to come").max() < 0.2


def test_untrained_models_differ_by_seed_only():
    first, again, other = (untrained.load(seed=seed).W_E for seed in (0, 0, 1))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


@pytest.mark.bad_input
@pytest.mark.parametrize("change", [{"n_rows": 3}, {"n_rows": "many"}, {"seed": -1}], ids=str)
def test_sizes_of_a_probe_are_checked(change: dict):
    with pytest.raises(ValueError, match=r"got .* expected"):
        probing.probe_layers(models.load("storybook"), **change)
