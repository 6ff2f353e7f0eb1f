"""A sweep holds the trainings it says, survives a kill, and its scores know a perfect answer."""

from dataclasses import replace

import pytest
import torch

from mechnotes import experiments, rng
from mechnotes.runs import Run
from mechnotes.sae import matching, measures, training
from mechnotes.sae.config import SAEConfig
from mechnotes.sae.synthetic import scores, sweeps, truth
from mechnotes.sae.synthetic.cases import SWEEPS, SweepConfig
from mechnotes.sae.synthetic.planting import PlantedConfig
from mechnotes.sae.synthetic.sweeps import TrainedSweep

PLANTED = PlantedConfig(n_features=6, d_in=8, geometry="orthogonal", mean_active=1.5)
SMALL = SweepConfig(
    planted=PLANTED,
    trained=SAEConfig(d_sae=6, k=1, steps=40, warm_up_steps=4, batch_size=256),
    values=(1, 2),
    n_seeds=2,
)


@pytest.fixture(scope="module")
def small():
    return sweeps.train(SMALL)


def perfect(factor=1.0):
    """A sweep of one autoencoder that reads and writes the atoms."""
    atoms = truth.plant(PLANTED).atoms
    weights = {"W_enc": factor * atoms.mT, "W_dec": atoms, "b_enc": torch.zeros(6)}
    stored = {name: W[None, None] for name, W in (weights | {"b_dec": torch.zeros(8)}).items()}
    config = replace(
        SMALL,
        trained=replace(SMALL.trained, architecture="standard"),
        varied="l1_coefficient",
        values=(1,),
        n_seeds=1,
    )
    return TrainedSweep(config=config, stored=stored, density=torch.ones(1, 1, 6))


def test_every_run_of_a_sweep_is_the_training_that_its_config_names(small):
    assert {name: tuple(W.shape[:2]) for name, W in small.stored.items()} == dict.fromkeys(
        ("W_enc", "b_enc", "W_dec", "b_dec"), (2, 2)
    )
    config = SMALL.run(1, 1)
    assert (config.k, config.seed) == (2, 1)
    alone = training.fit(config, small.planted.blocks())
    assert torch.equal(small.sae(1, 1).W_dec, alone.weights["W_dec"].half().float())
    assert small.sae(1, 1).k == 2


def test_density_follows_from_the_stored_weights(small):
    watched, _ = small.planted.sample(sweeps.N_WATCHED, stream="watched")
    quality = measures.measure(small.sae(0, 1), [watched])
    assert torch.allclose(small.density[0, 1], quality.density.float())


def test_a_killed_sweep_goes_on_with_the_next_training(tmp_path, monkeypatch, small):
    fit, seen = training.fit, []

    def mortal(config, *given, **options):
        seen.append((config.k, config.seed))
        if len(seen) == 3:
            raise KeyboardInterrupt
        return fit(config, *given, **options)

    monkeypatch.setattr(training, "fit", mortal)
    file = tmp_path / "state.safetensors"
    with pytest.raises(KeyboardInterrupt):
        sweeps.train(SMALL, run=Run(checkpoint=file, save_seconds=0))
    again = sweeps.train(SMALL, run=Run(checkpoint=file, save_seconds=0))
    assert seen == [(1, 0), (1, 1), (2, 0), (2, 0), (2, 1)]
    for name, W in small.stored.items():
        assert torch.equal(again.stored[name], W)
    assert torch.equal(again.density, small.density)


def test_a_sweep_without_weights_says_how_often_latents_fire(small):
    bare = sweeps.train(replace(SMALL, keeps_weights=False, values=(2,), n_seeds=1))
    assert bare.stored == {}
    assert torch.equal(bare.density[0, 0], small.density[1, 0])


def test_a_perfect_dictionary_scores_perfectly():
    found = scores.scores(perfect(), n=500)
    assert found.mmcs.item() == pytest.approx(1)
    assert found.matched.item() == pytest.approx(1)
    assert found.fvu.item() == pytest.approx(0, abs=1e-6)
    assert found.scale.item() == pytest.approx(1)
    assert found.shrinkage.item() == pytest.approx(1)
    assert found.dead.item() == 0


def test_latents_of_half_the_size_have_half_the_scale():
    assert scores.scores(perfect(0.5), n=500).scale.item() == pytest.approx(0.5)


def test_pairs_that_are_not_alike_do_not_enter_the_scale():
    truth = torch.rand(30, 2, generator=rng.generator(0, "truth"))
    said = torch.stack((0.8 * truth[:, 0], 9 * truth[:, 1]), dim=1)
    pairs = matching.Matching(
        first=torch.arange(2), second=torch.arange(2), likeness=torch.tensor([0.99, 0.5])
    )
    assert scores.scale(said, truth, pairs) == pytest.approx(0.8)


def test_equal_decoders_are_stable_between_seeds(small):
    twin = replace(small, stored={name: W[:, :1].expand_as(W) for name, W in small.stored.items()})
    assert scores.between_seeds(twin, 0) == pytest.approx((1,))


@pytest.mark.parametrize("case", SWEEPS)
def test_stored_densities_follow_from_stored_weights(case):
    sweep = experiments.load(sweeps.train, case)
    if sweep.stored:
        watched, _ = sweep.planted.sample(sweeps.N_WATCHED, stream="watched")
        quality = measures.measure(sweep.sae(0, 0), watched.split(8192))
        assert torch.allclose(sweep.density[0, 0], quality.density.float(), atol=1e-4)


@pytest.mark.parametrize("case", [name for name in SWEEPS if not SWEEPS[name].keeps_weights])
def test_densities_without_weights_are_counts_and_obey_what_decides_them(case):
    """There is nothing to compute them from again; so they are held to all that is known."""
    sweep = experiments.load(sweeps.train, case)
    counts, config = sweep.density.double() * sweeps.N_WATCHED, sweep.config
    assert not sweep.stored
    assert sweep.density.shape == (len(config.values), config.n_seeds, config.trained.d_sae)
    assert (counts - counts.round()).abs().max() < 0.01 and counts.min() >= 0
    assert counts.max() <= sweeps.N_WATCHED
    assert (
        len({tuple(row) for row in sweep.density.flatten(0, 1).tolist()})
        == len(config.values) * config.n_seeds
    )
    l0 = sweep.density.sum(-1)
    if config.trained.architecture == "topk":
        assert (l0 <= config.trained.k + 1e-4).all() and (l0 > 0.9 * config.trained.k).all()
    else:
        assert (l0.diff(dim=0) < 0).all()  # the larger the penalty, the fewer fire


@pytest.mark.bad_input
@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"varied": "d_sae"}, "varied: got 'd_sae'"),
        ({"values": ()}, "values: got none"),
        ({"values": (2, 7)}, "k: got 7 of 6 latents"),
        ({"values": (0.5,)}, "k: got 0.5"),
        ({"n_seeds": 0}, "n_seeds: got 0"),
    ],
)
def test_a_sweep_that_cannot_be_run_is_refused(change, said):
    with pytest.raises(ValueError, match=said):
        replace(SMALL, **change)


@pytest.mark.bad_input
def test_bad_requests_to_a_sweep_are_refused():
    with pytest.raises(ValueError, match="config: got 'topk'; expected a SweepConfig"):
        sweeps.train("topk")
    with pytest.raises(ValueError, match="value: got 5"):
        perfect().sae(5, 0)
    with pytest.raises(ValueError, match="sweep: got a sweep that kept no weights"):
        replace(perfect(), stored={}).sae(0, 0)
    with pytest.raises(ValueError, match="latents: got shape"):
        scores.scale(torch.zeros(3, 2), torch.zeros(4, 2), None)
