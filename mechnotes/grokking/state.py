"""What changes while the network trains, and so what must survive a kill?

Weights, the optimiser's moments, the curves so far and the weights at the checkpoints so far. The
data are all training pairs at every epoch, so no random stream is left to save.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes.grokking import config as configs
from mechnotes.grokking import model, pairs
from mechnotes.grokking.config import GrokkingConfig
from mechnotes.grokking.losses import accuracy, cross_entropy
from mechnotes.grokking.pairs import Pairs
from mechnotes.grokking.weights import AXES, Weights, initial

CURVES = ("train_accuracy", "test_loss", "test_accuracy", "squared_weights")
"""What is recorded on the way, beside the training loss of every epoch."""


@dataclass(kw_only=True, slots=True)
class TrainingState:
    """Network, optimiser and records of one run."""

    config: GrokkingConfig
    """What is trained."""
    weights: Weights
    """The network."""
    optimizer: torch.optim.AdamW
    """Decays every parameter, biases too."""
    training: Pairs
    """Pairs that are learnt from."""
    test: Pairs
    """The other pairs."""
    book: dict[str, Tensor]
    """Records, NaN where not yet reached: "loss" before each epoch, "curve." and a name of `CURVES`
    at `config.recorded`, "kept." and a tensor's name, in half precision, at `config.checkpoints`.
    """

    def loss(self) -> Float[Tensor, ""]:
        """Loss on the training pairs, in nats."""
        logits = model.logits(self.weights, self.training)
        return cross_entropy(logits, self.training.sums)

    def rate(self, epoch: int) -> float:
        """Learning rate of the step that follows `epoch` finished ones."""
        return self.config.learning_rate * min(1.0, (epoch + 1) / self.config.warm_up)

    @torch.no_grad()
    def note(self, epoch: int) -> None:
        """Record what is due after this number of epochs."""
        every, between = self.config.every, self.config.between_checkpoints
        is_last = epoch == self.config.epochs
        if epoch % every == 0 or is_last:
            for name, value in self.measured().items():
                self.book[f"curve.{name}"][-(-epoch // every)] = value
        if epoch % between == 0 or is_last:
            for name, tensor in self.weights.tensors().items():
                self.book[f"kept.{name}"][-(-epoch // between)] = tensor.cpu().half()

    def measured(self) -> dict[str, float]:
        """The numbers of `CURVES` now."""
        known = model.logits(self.weights, self.training)
        new = model.logits(self.weights, self.test)
        return {
            "train_accuracy": accuracy(known, self.training.sums),
            "test_loss": float(cross_entropy(new, self.test.sums)),
            "test_accuracy": accuracy(new, self.test.sums),
            "squared_weights": self.weights.squared,
        }

    def tensors(self) -> dict[str, Tensor]:
        """Everything that a continuation needs, by name."""
        moments = self.optimizer.state_dict()["state"]
        named = {
            f"adam.{index}.{name}": value
            for index, entries in moments.items()
            for name, value in entries.items()
        }
        return {**self.weights.tensors(), **named, **self.book}

    @torch.no_grad()
    def load(self, saved: dict[str, Tensor]) -> None:
        """Continue from what `tensors` gave."""
        for name, tensor in (*self.weights.tensors().items(), *self.book.items()):
            tensor.copy_(saved[name])
        state = self.optimizer.state_dict()
        state["state"] = {
            index: {
                name: saved[f"adam.{index}.{name}"] for name in ("step", "exp_avg", "exp_avg_sq")
            }
            for index in range(len(AXES))
        }
        self.optimizer.load_state_dict(state)


def initial_state(config: GrokkingConfig, *, device: str = "cpu") -> TrainingState:
    """Draw the weights and the training pairs, and set up everything that a run changes.

    Args:
        config: What is trained.
        device: Where it is trained.

    Raises:
        ValueError: If the config is not a GrokkingConfig or the device is unknown.
    """
    config = configs.checked(config)
    weights = initial(config, device=device).each(lambda W: W.requires_grad_())
    all_pairs, is_training = pairs.every(config.p), pairs.is_training(config)
    return TrainingState(
        config=config,
        weights=weights,
        optimizer=torch.optim.AdamW(
            [*weights.tensors().values()],
            lr=config.learning_rate,
            betas=config.betas,
            weight_decay=config.weight_decay,
            foreach=True,
        ),
        training=all_pairs.where(is_training).to(device),
        test=all_pairs.where(~is_training).to(device),
        book=_blank(config, weights),
    )


def _blank(config: GrokkingConfig, weights: Weights) -> dict[str, Tensor]:
    """Records before anything is recorded."""
    nan, n_kept = torch.nan, len(config.checkpoints)
    kept = {
        f"kept.{name}": torch.full((n_kept, *W.shape), nan, dtype=torch.float16)
        for name, W in weights.tensors().items()
    }
    curves = {f"curve.{name}": torch.full((len(config.recorded),), nan) for name in CURVES}
    return {"loss": torch.full((config.epochs,), nan), **curves, **kept}
