"""How are autoencoders trained where the truth is known, and what is kept?

A case is a whole sweep: one architecture, one setting that varies, several seeds, all on the same
planted dictionary and the same activations.

    sweep = experiments.load(sweeps.train, "standard")
    sweep.sae(value=2, seed=0)           # encodes and decodes; see `reference`

`cases` lists what is pre-run, `scores` measures it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes import validate
from mechnotes.experiments import Provenance, experiment
from mechnotes.runs import Run
from mechnotes.sae import measures, reference, training
from mechnotes.sae.config import SAEConfig
from mechnotes.sae.reference import ReferenceSAE
from mechnotes.sae.synthetic import truth
from mechnotes.sae.synthetic.cases import SWEEPS, SweepConfig
from mechnotes.sae.synthetic.truth import Planted

N_WATCHED = 40_960
"""Held-out activations on which firing is counted."""


@dataclass(frozen=True, kw_only=True, eq=False)
class TrainedSweep:
    """Autoencoders trained on one planted dictionary."""

    config: SweepConfig
    """What was trained; `config.values` labels the first axis of what follows."""
    stored: dict[str, Tensor]
    """Weights `[value seed ...]` in half precision, as the file holds them; none if they were not
    kept. Compute with `sae`."""
    density: Float[Tensor, "value seed latent"]
    """Share of held-out activations on which each latent fires; 0 is dead."""
    provenance: Provenance | None = field(default=None, compare=False, repr=False)
    """Where, when and how it was computed; None for a result that was not stored."""

    @property
    def planted(self) -> Planted:
        """The truth."""
        return truth.plant(self.config.planted)

    def sae(self, value: int, seed: int) -> ReferenceSAE:
        """One of the autoencoders, in single precision.

        Args:
            value: Number of the setting's value, from 0.
            seed: Number of the seed, from 0.

        Raises:
            ValueError: If there is no such value or seed, or no weights were kept.
        """
        config = self.config.run(value, seed)
        if not self.stored:
            validate.refuse(
                "sweep",
                got="a sweep that kept no weights",
                expected="keeps_weights=True",
                fix="Read its density, or train it again with weights.",
            )
        return _assembled({name: W[value, seed] for name, W in self.stored.items()}, config)


@experiment(cases=SWEEPS, minutes=3.0)
def train(config: SweepConfig, *, device: str = "cpu", run: Run | None = None) -> TrainedSweep:
    """Train every autoencoder of a sweep.

    Args:
        config: What to train.
        device: "cpu" or "cuda".
        run: Progress bar and checkpoints, one for each finished autoencoder; by default neither.

    Raises:
        ValueError: If the config is no SweepConfig or the device is unknown.
    """
    if not isinstance(config, SweepConfig):
        validate.refuse(
            "config",
            got=repr(config),
            expected="a SweepConfig",
            fix='Write one: SweepConfig(varied="k", values=(4,)).',
        )
    run = Run() if run is None else run
    planted = truth.plant(config.planted)
    watched, _ = planted.sample(N_WATCHED, stream="watched")
    blocks, done = planted.blocks(), _restored(run)
    for number in run.steps(len(config.values) * config.n_seeds):
        chosen = config.run(*divmod(number, config.n_seeds))
        fitted = training.fit(chosen, blocks, device=device, run=_Traced(run))
        done.append({name: W.half() for name, W in fitted.weights.items()})
        run.save(number + 1, lambda: _flat(done))
    saes = [
        _assembled(weights, config.run(*divmod(number, config.n_seeds)))
        for number, weights in enumerate(done)
    ]
    grid = (len(config.values), config.n_seeds)
    density = torch.stack([_density(sae, watched) for sae in saes]).unflatten(0, grid)
    kept = done[0] if config.keeps_weights else ()
    stored = {name: torch.stack([one[name] for one in done]).unflatten(0, grid) for name in kept}
    return TrainedSweep(config=config, stored=stored, density=density)


class _Traced(Run):
    """A training within a run: nothing is saved, but the first numbers are the run's."""

    def __init__(self, outer: Run) -> None:
        super().__init__()
        self._outer = outer

    def trace(self, value: float | int | Tensor) -> None:
        self._outer.trace(value)


def _density(sae: ReferenceSAE, watched: Tensor) -> Float[Tensor, " latent"]:
    return measures.measure(sae, watched.split(8192)).density.float()


def _assembled(weights: Mapping[str, Tensor], config: SAEConfig) -> ReferenceSAE:
    return reference.assemble(weights, config)


def _flat(done: list[dict[str, Tensor]]) -> dict[str, Tensor]:
    return {f"{number}.{name}": W for number, one in enumerate(done) for name, W in one.items()}


def _restored(run: Run) -> list[dict[str, Tensor]]:
    """The weights of the trainings that an interrupted run had finished."""
    saved = run.restored() or {}
    done: list[dict[str, Tensor]] = [{} for _ in range(run.step)]
    for path, W in saved.items():
        number, _, name = path.partition(".")
        if name:
            done[int(number)][name] = W
    return done
