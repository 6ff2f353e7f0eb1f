"""How are the small transformers trained, and what is kept?

`train` trains all seeds of one architecture at once, each as if it were alone. Pages and tests
recompute every number from the final weights:

    trained = experiments.load(training.train, "1-layer-2-heads")
    solved = reading.solved(trained.weights, task.all_prompts())

The loss is the cross-entropy of the answer among all eight symbols, after the last position only.
A model that knows the two names but not which of them gives stands at ln 2 = 0.69 nats.
"""

from dataclasses import dataclass, field

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes.circuits.attention_only.fitting import fit
from mechnotes.circuits.attention_only.weights import Weights, initial
from mechnotes.circuits.symbolic import config as configs
from mechnotes.circuits.symbolic import reading, task
from mechnotes.circuits.symbolic.config import CASES, SymbolicConfig
from mechnotes.experiments import Provenance, experiment
from mechnotes.runs import Run


@dataclass(frozen=True, kw_only=True, eq=False)
class TrainedModels:
    """Small transformers trained side by side, on the CPU."""

    config: SymbolicConfig
    """What was trained."""
    stored: Weights
    """Final weights in half precision, as the file holds them; compute with `weights`."""
    loss: Float[Tensor, " seed"]
    """Loss of the stored weights, in nats."""
    loss_curve: Float[Tensor, "entry seed"]
    """Loss in nats after each number of steps in `config.loss_steps`, as recorded."""
    provenance: Provenance | None = field(default=None, compare=False, repr=False)
    """Where, when and how it was computed; None for a result that was not stored."""

    @property
    def weights(self) -> Weights:
        """The final weights in single precision."""
        return self.stored.each(lambda W: W.float())


@experiment(cases=CASES, minutes=3.0)
def train(config: SymbolicConfig, *, device: str = "cpu", run: Run | None = None) -> TrainedModels:
    """Train all seeds of a config.

    Args:
        config: What to train.
        device: "cpu" or "cuda"; 7 to 20 ms a step for 20 seeds on one core.
        run: Progress bar and checkpoints; by default neither.

    Returns:
        The trained weights with their losses.

    Raises:
        ValueError: If the config is not a SymbolicConfig or the device is unknown.

    Source:
        Adhikari 2025, arXiv:2510.25013, for task and architectures; optimiser and initial weights
        are ours.
    """
    prompts = task.all_prompts()
    fitted = fit(
        initial_weights(config, device=device),
        lambda weights, _step: answer_loss(weights, prompts),
        steps=config.steps,
        learning_rate=config.learning_rate,
        every=config.loss_every,
        run=Run() if run is None else run,
    )
    stored = fitted.weights.each(lambda W: W.half())
    final = answer_loss(stored.each(lambda W: W.float()), prompts)
    return TrainedModels(config=config, stored=stored, loss=final, loss_curve=fitted.curves["loss"])


def initial_weights(config: SymbolicConfig, *, device: str = "cpu") -> Weights:
    """Draw the weights that training starts from.

    Each seed has a stream of its own, so the start of a seed does not depend on how many there are.

    Args:
        config: Sizes, scale and seed.
        device: Where the weights live; they are drawn on the CPU.

    Returns:
        Normal weights with standard deviation `config.initial_scale / sqrt(d_model)`.

    Raises:
        ValueError: If the config is not a SymbolicConfig or the device is unknown.
    """
    sizes = {
        "d_vocab": len(task.SYMBOLS),
        "pos": task.N_POSITIONS,
        "layer": configs.checked(config).n_layers,
        "head": config.n_heads,
        "d_model": config.d_model,
        "d_head": config.d_head,
    }
    return initial(
        sizes,
        n_seeds=config.n_seeds,
        deviation=config.initial_scale / config.d_model**0.5,
        seed=config.seed,
        device=device,
    )


def answer_loss(weights: Weights, prompts: task.Prompts) -> Float[Tensor, " seed"]:
    """Cross-entropy of the right answer, averaged over prompts.

    Args:
        weights: The models.
        prompts: Prompts with answers.

    Returns:
        Nats for each seed: 0 is certainty, ln 2 = 0.69 a guess between two names, ln 8 = 2.08 a
        guess among all symbols.

    Raises:
        ValueError: If the weights or the prompts are not of this task.
    """
    log_probs = reading.logits(weights, prompts).log_softmax(dim=-1)
    each = torch.arange(len(prompts.answers))
    return -log_probs[:, each, prompts.answers].mean(dim=-1)
