"""What is trained for Table 1, and what is kept of it?

`sweep` trains all models of a row side by side and keeps, for each model: its loss on fresh data,
its three counts of monosemantic neurons and its mean bias at every checkpoint; its loss on batches
every 64 steps; and, at the last trough of the learning rate, what each neuron does.

    lr1 = experiments.load(training.sweep, "lr1")
    lr1.counts[lr1.at_trough, :, 0]        # monosemantic neurons of each model
    lr1.neurons(0).share                   # top share of each neuron of model 0

`paper_sweep` is the same at the published size, for whoever has a GPU.
"""

from dataclasses import dataclass, field

import torch
from jaxtyping import Float, Int
from torch import Tensor

from mechnotes import validate
from mechnotes.experiments import Provenance, experiment
from mechnotes.monosemanticity import schedules
from mechnotes.monosemanticity.cases import PAPER, REDUCED
from mechnotes.monosemanticity.config import SweepConfig, checked_sweep
from mechnotes.monosemanticity.features import source
from mechnotes.monosemanticity.measures import MEASURES, responses
from mechnotes.monosemanticity.progress import Progress
from mechnotes.runs import TRACED_STEPS, Run


@dataclass(frozen=True, kw_only=True, eq=False)
class Neurons:
    """What the neurons of one model do at the trough."""

    share: Float[Tensor, " neurons"]
    """Strongest response over the sum of responses; above 0.999 is monosemantic."""
    participation: Float[Tensor, " neurons"]
    """Effective number of features that each responds to; 0 if none."""
    top_feature: Int[Tensor, " neurons"]
    """Feature that each responds to most; -1 if none."""
    bias: Float[Tensor, " neurons"]
    """Its bias."""
    W_in: Float[Tensor, "neurons embedding"]
    """What each reads; from 8 bits, right to 0.4 % of the neuron's largest weight."""


@dataclass(frozen=True, kw_only=True, eq=False)
class SweepResult:
    """Summaries of the models of one sweep, in the order of `config.runs`."""

    config: SweepConfig
    """What was trained."""
    steps_done: tuple[int, ...]
    """Checkpoints: steps done at each; see `schedules.checkpoints`."""
    loss: Float[Tensor, "checkpoint model"]
    """Squared error summed over outputs, mean over fresh samples; see `silent_loss` for scale."""
    counts: Int[Tensor, "checkpoint model measure"]
    """Monosemantic neurons by share and by participation, and features with a dimension of their
    own; in the order of `measures.MEASURES`."""
    mean_bias: Float[Tensor, "checkpoint model"]
    """Mean bias of all neurons."""
    silent: Float[Tensor, "checkpoint model"]
    """Share of neurons that respond to no feature fed alone."""
    curve: Float[Tensor, "point model"]
    """Loss on the batch at steps 0, 64, 128 and so on."""
    silent_loss: Float[Tensor, " model"]
    """Loss of a model that always answers zero."""
    neuron_rest: Float[Tensor, " neuron"]
    """1 minus the top share; all neurons of all models one after another. `neurons` takes these
    fields apart and turns them into what they stand for."""
    neuron_participation: Float[Tensor, " neuron"]
    neuron_top_feature: Int[Tensor, " neuron"]
    neuron_bias: Float[Tensor, " neuron"]
    neuron_W_in: Int[Tensor, "neuron embedding"]
    neuron_scale: Float[Tensor, " neuron"]
    dimensionality: Float[Tensor, "model feature"]
    """Share of a direction that each feature has to itself among the responses, at the trough."""
    W_out: tuple[Float[Tensor, "outputs _"], ...]
    """What neurons write, for the models in `config.keep_decoders`."""
    provenance: Provenance | None = field(default=None, compare=False, repr=False)
    """Where, when and how it was computed; None for a result that was not stored."""

    @property
    def at_trough(self) -> int:
        """Which checkpoint is the last trough of the oscillating learning rate."""
        return self.steps_done.index(schedules.trough(self.config.base.steps))

    @property
    def n_monosemantic(self) -> Int[Tensor, " model"]:
        """Monosemantic neurons of each model by the paper's measure, at the trough."""
        return self.counts[self.at_trough, :, MEASURES.index("share")]

    def neurons(self, number: int) -> Neurons:
        """What the neurons of one model do.

        Args:
            number: Number of the model in the sweep.

        Raises:
            ValueError: If there is no such model.
        """
        validate.integer(number, "number", maximum=self.config.n_models - 1)
        runs = self.config.runs
        start = sum(run.n_neurons for run in runs[:number])
        these = slice(start, start + runs[number].n_neurons)
        return Neurons(
            share=1 - self.neuron_rest[these].float(),
            participation=self.neuron_participation[these].float(),
            top_feature=self.neuron_top_feature[these].long(),
            bias=self.neuron_bias[these].float(),
            W_in=self.neuron_W_in[these].float() * self.neuron_scale[these, None].float(),
        )

    def decoder(self, number: int) -> Float[Tensor, "outputs neurons"]:
        """What the neurons of one model write.

        Args:
            number: Number of the model in the sweep; one of `config.keep_decoders`.

        Raises:
            ValueError: If it was not kept.
        """
        kept = self.config.keep_decoders
        validate.choice(number, "number", kept)
        return self.W_out[kept.index(number)].float()

    def activation_map(self, number: int) -> Float[Tensor, "neurons features"]:
        """Response of every neuron of one model to every feature fed alone, at the trough.

        Args:
            number: Number of the model in the sweep.

        Returns:
            Recomputed from weights of 8 bits, right to about 0.01: for pictures. Counts and shares
            are those of the full weights.

        Raises:
            ValueError: If there is no such model.
        """
        found = self.neurons(number)
        run = self.config.runs[number]
        return responses(found.W_in, found.bias, source(run).E, activation=run.activation)


@experiment(cases=REDUCED, minutes=3.0, scale="reduced")
def sweep(config: SweepConfig, *, device: str = "cpu", run: Run | None = None) -> SweepResult:
    """Train all models of a sweep at the reduced size.

    Args:
        config: The sweep.
        device: "cpu" or "cuda"; about 1 ms for a step of one model on one core.
        run: Progress bar and checkpoints; by default neither.

    Raises:
        ValueError: If the config is not a SweepConfig or the device is unknown.

    Source:
        Jermyn, Schiefer and Hubinger 2022, arXiv:2211.09169, Table 1.
    """
    return trained(config, device=device, run=run)


@experiment(cases=PAPER, minutes=30.0, device="cuda", scale="paper")
def paper_sweep(
    config: SweepConfig, *, device: str = "cuda", run: Run | None = None
) -> SweepResult:
    """Train all models of a sweep at the published size.

    Args:
        config: The sweep.
        device: "cuda", or "cpu" for the patient: about a day for a model.
        run: Progress bar and checkpoints; by default neither.

    Raises:
        ValueError: If the config is not a SweepConfig or the device is unknown.

    Source:
        Jermyn, Schiefer and Hubinger 2022, arXiv:2211.09169, Table 1.
    """
    return trained(config, device=device, run=run)


def trained(config: SweepConfig, *, device: str = "cpu", run: Run | None = None) -> SweepResult:
    """Train all models of any sweep.

    Args:
        config: The sweep.
        device: "cpu" or "cuda".
        run: Progress bar and checkpoints; by default neither.

    Raises:
        ValueError: If the config is not a SweepConfig or the device is unknown.
    """
    run = Run() if run is None else run
    checked_sweep(config)
    progress = Progress(config, device=validate.device(device))
    restored = run.restored()
    if restored is not None:
        progress.load(restored)
    else:
        progress.look(0)
    for step in run.steps(config.base.steps):
        loss = progress.advance(step, measure=step < TRACED_STEPS)
        if step < TRACED_STEPS and loss is not None:
            run.trace(loss)
        progress.look(step + 1)
        run.save(step + 1, progress.tensors)
    return _result(progress)


def _result(progress: Progress) -> SweepResult:
    """Put together what was recorded on the way."""
    config, found = progress.config, progress.settled()
    W_in = torch.cat(found.W_in).nan_to_num(0.0, 0.0, 0.0)
    # The scale is rounded first, so that the stored one is the one that was divided by.
    scale = (W_in.abs().amax(1) / 127).clamp(min=1e-6, max=6e4).half().float()
    return SweepResult(
        config=config,
        steps_done=schedules.checkpoints(config.base.steps),
        loss=progress.loss.cpu(),
        counts=progress.counts.to("cpu", torch.int16),
        mean_bias=progress.mean_bias.cpu(),
        silent=progress.silent.cpu(),
        curve=progress.curve.cpu(),
        silent_loss=progress.silent_loss().cpu(),
        neuron_rest=(1 - torch.cat(found.share)).to("cpu", torch.float16),
        neuron_participation=torch.cat(found.participation).to("cpu", torch.float16),
        neuron_top_feature=torch.cat(found.top_feature).to("cpu", torch.int16),
        neuron_bias=torch.cat(found.bias).to("cpu", torch.float16),
        neuron_W_in=(W_in / scale[:, None]).round().to("cpu", torch.int8),
        neuron_scale=scale.to("cpu", torch.float16),
        dimensionality=torch.stack(found.dimensionality).to("cpu", torch.float16),
        W_out=tuple(
            found.W_out[number].to("cpu", torch.float16) for number in config.keep_decoders
        ),
    )
