"""Training: it learns what it is shown, repeats, and resumes."""

from dataclasses import replace

import pytest
import torch

from mechnotes.circuits.bigrams import chains, config, sampling, tables, training
from mechnotes.circuits.bigrams.config import BigramConfig
from mechnotes.runs import Run

SMALL = BigramConfig(n_layers=0, d_model=8, n_tokens=5, n_pos=4, steps=6, n_seeds=2, curve_every=2)
PAIRS = replace(config.CASES["one-head-two-pairs"], steps=6, n_seeds=2, curve_every=3)


def test_a_short_run_learns_a_small_chain():
    longer = replace(SMALL, steps=300, concentration=1.0)
    trained = training.train(longer)
    truth = config.language(longer).transitions
    assert (tables.divergence(tables.bigram_table(trained.weights), truth).mean(1) < 0.02).all()


def test_the_loss_of_a_model_that_knows_the_truth_is_the_entropy():
    chain = chains.random_chain(5, concentration=1.0, seed=0)
    bare = training.initial_weights(replace(SMALL, d_model=5, n_pos=30, n_seeds=1))
    logs = chain.transitions.log()[None]
    knowing = replace(bare, W_E=torch.eye(5)[None], W_pos=0 * bare.W_pos, W_U=logs)
    texts = sampling.sample(chain, 3_000, 31, generator=torch.Generator().manual_seed(0))
    loss = training.text_loss(knowing, texts).item()
    assert loss == pytest.approx(chains.entropy_rate(chain), abs=0.01)


def test_without_positions_their_embeddings_are_zero_and_stay_so():
    trained = training.train(PAIRS)
    assert (trained.stored.W_pos == 0).all()
    start = training.initial_weights(PAIRS)
    assert not torch.allclose(trained.weights.W_E, start.W_E, atol=1e-3)


def test_leaks_are_recorded_where_sources_come_first_and_are_nan_elsewhere():
    assert training.train(PAIRS).unwanted_curve.isfinite().all()
    assert training.train(SMALL).unwanted_curve.isnan().all()


def test_probe_texts_are_opened_by_words_that_are_in_no_triple():
    texts = training.probe_texts(PAIRS)
    used = {token for one in PAIRS.triples for token in one}
    assert not used & set(texts[:, 0].tolist())
    assert (texts != config.KEEP).all()


def test_the_same_config_gives_the_same_numbers_and_another_seed_others():
    first, again = training.train(SMALL), training.train(SMALL)
    other = training.train(replace(SMALL, seed=1))
    assert torch.equal(first.stored.W_U, again.stored.W_U)
    assert not torch.allclose(first.loss_curve, other.loss_curve, atol=1e-3)


class KilledRun(Run):
    """A run that dies after some steps."""

    left = 3

    def trace(self, value) -> None:
        super().trace(value)
        self.left -= 1
        if not self.left:
            raise KeyboardInterrupt


@pytest.mark.parametrize("chosen", [SMALL, PAIRS], ids=["no layers", "pairs"])
def test_a_killed_run_resumes_to_the_same_tensors(tmp_path, chosen):
    place = {"checkpoint": tmp_path / "models", "key": "same", "save_seconds": 0.0}
    with pytest.raises(KeyboardInterrupt):
        training.train(chosen, run=KilledRun(**place))
    resumed, whole = training.train(chosen, run=Run(**place)), training.train(chosen)
    assert torch.equal(resumed.loss_curve, whole.loss_curve)
    for name, tensor in whole.stored.tensors().items():
        assert torch.equal(getattr(resumed.stored, name), tensor), name
