"""What changes while toy models train, and so what must survive a kill?

Weights, the optimiser's moments, the position of every random stream, and the snapshots taken so
far. `TrainingState` holds them, draws the next batch, and turns itself into named tensors and back;
a run that is restored continues with the very numbers it would have had.

Each seed has a stream of its own for weights and for data, shared by its densities. Adding seeds
therefore leaves the runs of the others as they were.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes import rng
from mechnotes.superposition.config import ToyConfig, checked
from mechnotes.superposition.data import SAMPLERS
from mechnotes.superposition.model import ToyModel, xavier_normal


@dataclass(kw_only=True, slots=True)
class TrainingState:
    """Model, optimiser, random streams and snapshots of one run."""

    config: ToyConfig
    """What is trained."""
    model: ToyModel
    """All instances: densities times seeds, the seeds of one density side by side."""
    optimizer: torch.optim.AdamW
    """Its update is made entry by entry, so instances do not influence each other."""
    streams: list[torch.Generator]
    """Data stream of each seed."""
    W_frames: Float[Tensor, "frames instances d_hidden features"]
    """Weights at `config.frame_steps`; NaN where not yet reached."""
    b_frames: Float[Tensor, "frames instances features"]
    """Biases at `config.frame_steps`; NaN where not yet reached."""

    def sample(self) -> Float[Tensor, "batch instances features"]:
        """Draw the next batch, fresh for every instance."""
        sampler, density = (
            SAMPLERS[self.config.sampler],
            self.config.density.to(self.model.W.device),
        )
        batches = [
            sampler(self.config.batch_size, density=density, generator=stream)
            for stream in self.streams
        ]
        return torch.stack(batches, dim=2).flatten(1, 2)  # [batch densities*seeds features]

    def keep_frame(self, steps_done: int) -> None:
        """Take a snapshot if one is due after this number of steps."""
        if steps_done in self.config.frame_steps:
            frame = self.config.frame_steps.index(steps_done)
            self.W_frames[frame] = self.model.W.detach()
            self.b_frames[frame] = self.model.b.detach()

    def tensors(self) -> dict[str, Tensor]:
        """Everything that a continuation needs, as named CPU tensors."""
        moments = self.optimizer.state_dict()["state"]
        named = {
            "W": self.model.W.detach(),
            "b": self.model.b.detach(),
            "W_frames": self.W_frames,
            "b_frames": self.b_frames,
            **{f"stream.{seed}": stream.get_state() for seed, stream in enumerate(self.streams)},
            **{
                f"adam.{index}.{name}": value
                for index, entries in moments.items()
                for name, value in entries.items()
            },
        }
        return {name: tensor.to("cpu", copy=True) for name, tensor in named.items()}

    def load(self, tensors: dict[str, Tensor]) -> None:
        """Continue from what `tensors` gave."""
        with torch.no_grad():
            self.model.W.copy_(tensors["W"])
            self.model.b.copy_(tensors["b"])
        self.W_frames.copy_(tensors["W_frames"])
        self.b_frames.copy_(tensors["b_frames"])
        for seed, stream in enumerate(self.streams):
            stream.set_state(tensors[f"stream.{seed}"])
        saved = self.optimizer.state_dict()
        names = ("step", "exp_avg", "exp_avg_sq")
        saved["state"] = {
            index: {name: tensors[f"adam.{index}.{name}"] for name in names} for index in (0, 1)
        }
        self.optimizer.load_state_dict(saved)


def initial_state(config: ToyConfig, *, device: str = "cpu") -> TrainingState:
    """Draw initial weights and set up everything that a run changes.

    Args:
        config: What is trained.
        device: Where it is trained.

    Returns:
        The state before the first step: Xavier-normal weights and zero biases.

    Raises:
        ValueError: If the config is not a ToyConfig or the device is unknown.
    """
    n_densities, n_features = len(checked(config).densities), config.n_features
    per_seed = [
        xavier_normal(
            n_densities,
            config.d_hidden,
            n_features,
            generator=rng.generator(config.seed, "weights", seed, device=device),
        )
        for seed in range(config.n_seeds)
    ]
    W = torch.stack(per_seed, dim=1).flatten(0, 1)  # [densities*seeds d_hidden features]
    model = ToyModel(
        W,
        torch.zeros(W.shape[0], n_features, device=device),
        activation=config.activation,
        hidden_activation=config.hidden_activation,
    )
    n_frames = len(config.frame_steps)
    return TrainingState(
        config=config,
        model=model,
        optimizer=torch.optim.AdamW(
            [model.W, model.b],
            lr=config.learning_rate,
            weight_decay=config.weight_decay,
            foreach=True,
        ),
        streams=[
            rng.generator(config.seed, "data", seed, device=device)
            for seed in range(config.n_seeds)
        ],
        W_frames=torch.full((n_frames, *W.shape), torch.nan, device=device),
        b_frames=torch.full((n_frames, W.shape[0], n_features), torch.nan, device=device),
    )
