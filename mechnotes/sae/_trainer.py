"""sae_lens's trainer, a step at a time, from seeded weights and able to continue after a kill."""

import tempfile
from collections.abc import Iterator, Mapping
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes import rng
from mechnotes.sae.config import SAEConfig

COUNTERS = ("act_freq_scores", "n_forward_passes_since_fired")
PARTS = ("W_enc", "b_enc", "W_dec", "b_dec", "threshold")
MOMENTS = ("step", "exp_avg", "exp_avg_sq")


class Trainer:
    """One autoencoder in training."""

    def __init__(self, config: SAEConfig, *, centre: Float[Tensor, " d_in"], device: str) -> None:
        """Begin with seeded weights, the decoder's bias at the centre of the activations."""
        from sae_lens.config import SAETrainerConfig
        from sae_lens.training.sae_trainer import SAETrainer

        self.config = config
        self.sae = _initial(config, centre=centre, device=device)
        schedule = SAETrainerConfig(
            total_training_samples=config.steps * config.batch_size,
            train_batch_size_samples=config.batch_size,
            lr=config.learning_rate,
            lr_end=config.learning_rate,
            lr_warm_up_steps=config.warm_up_steps,
            lr_decay_steps=config.decay_steps,
            device=device,
            dead_feature_window=config.dead_feature_window,
            feature_sampling_window=config.steps + 1,
        )
        self.trainer: Any = SAETrainer(schedule, self.sae, _nothing())

    def step(self, batch: Float[Tensor, "batch d_in"]) -> dict[str, Tensor]:
        """One step of the optimiser.

        Returns:
            "mse", the squared error summed over dimensions; "l0", latents active at once; "dead",
            the share of latents that are dead; "loss", all that was minimised.
        """
        output = self.trainer.step(batch)
        self.trainer.n_training_steps += 1
        return {
            "mse": output.losses["mse_loss"].detach(),
            "l0": (output.feature_acts.detach() > 0).float().sum(-1).mean(),
            "dead": self.trainer.dead_neurons.float().mean(),
            "loss": output.loss.detach(),
        }

    def tensors(self) -> dict[str, Tensor]:
        """Everything that the remaining steps depend on, but for their number."""
        moments = self.trainer.optimizer.state_dict()["state"]
        named = {f"adam.{i}.{name}": kept[name] for i, kept in moments.items() for name in MOMENTS}
        counters = {f"counter.{name}": getattr(self.trainer, name) for name in COUNTERS}
        return {**self.sae.state_dict(), **named, **counters}

    def load(self, saved: Mapping[str, Tensor], steps: int) -> None:
        """Continue from what `tensors` gave after a number of steps."""
        trainer = self.trainer
        self.sae.load_state_dict({name: saved[name] for name in self.sae.state_dict()})
        for name in COUNTERS:
            setattr(trainer, name, saved[f"counter.{name}"].to(self.config_device))
        state = trainer.optimizer.state_dict()
        state["state"] = {
            i: {name: saved[f"adam.{i}.{name}"] for name in MOMENTS}
            for i in range(len([*self.sae.parameters()]))
        }
        # The schedules are functions of the step alone: let them count up, then set Adam's moments.
        for _ in range(steps):
            trainer.optimizer.step()
            trainer.lr_scheduler.step()
            for scheduler in trainer.coefficient_schedulers.values():
                scheduler.step()
        rates = [group["lr"] for group in trainer.optimizer.param_groups]
        trainer.optimizer.load_state_dict(state)
        for group, rate in zip(trainer.optimizer.param_groups, rates, strict=True):
            group["lr"] = rate
        trainer.n_training_steps = steps
        trainer.n_training_samples = steps * self.config.batch_size
        trainer.n_frac_active_samples = steps * self.config.batch_size

    @property
    def config_device(self) -> str:
        """Where the weights are."""
        return str(self.sae.cfg.device)

    def finished(self, scale: float | int) -> dict[str, Tensor]:
        """Weights for use on activations that were multiplied by `scale` in training.

        Decoder rows have length 1, so a latent's value is the length of what it adds.
        """
        from sae_lens import SAE

        with tempfile.TemporaryDirectory() as place:
            self.sae.save_inference_model(place)
            done = SAE.load_from_disk(place, device="cpu")
        done.fold_activation_norm_scaling_factor(scale)
        weights = {name: W.detach() for name, W in done.state_dict().items() if name in PARTS}
        return unit_rows(weights)


def unit_rows(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The same autoencoder with decoder rows of length 1; rows of length 0 stay."""
    lengths = weights["W_dec"].norm(dim=1)
    lengths = torch.where(lengths > 0, lengths, 1.0)
    scaled = dict(weights) | {"W_dec": weights["W_dec"] / lengths[:, None]}
    for name in ("W_enc", "b_enc", "threshold"):
        if name in weights:
            scaled[name] = weights[name] * lengths
    return scaled


def _initial(config: SAEConfig, *, centre: Float[Tensor, " d_in"], device: str) -> Any:
    """An untrained autoencoder with weights from the config's seed."""
    with torch.random.fork_rng():  # sae_lens draws from the global generator
        sae = _class_and_config(config, d_in=len(centre))
    W = torch.randn(config.d_sae, len(centre), generator=rng.generator(config.seed, "weights"))
    W = W / W.norm(dim=1, keepdim=True) * config.decoder_init_norm
    with torch.no_grad():
        sae.W_dec.copy_(W)
        sae.W_enc.copy_(W.T)
        sae.b_dec.copy_(centre)
    return sae.to(device)


def _class_and_config(config: SAEConfig, *, d_in: int) -> Any:
    import sae_lens as lens

    shared: dict[str, Any] = {
        "d_in": d_in,
        "d_sae": config.d_sae,
        "decoder_init_norm": config.decoder_init_norm,
    }
    if config.architecture == "standard":
        penalty = {
            "l1_coefficient": config.l1_coefficient,
            "l1_warm_up_steps": config.sparsity_warm_up_steps,
        }
        return lens.StandardTrainingSAE(lens.StandardTrainingSAEConfig(**shared, **penalty))
    if config.architecture == "topk":
        sparse = {"k": config.k, "aux_loss_coefficient": config.aux_loss_coefficient}
        return lens.TopKTrainingSAE(lens.TopKTrainingSAEConfig(**shared, **sparse))
    jump = {
        "l0_coefficient": config.l0_coefficient,
        "l0_warm_up_steps": config.sparsity_warm_up_steps,
        "jumprelu_bandwidth": config.jumprelu_bandwidth,
        "jumprelu_init_threshold": config.jumprelu_init_threshold,
    }
    return lens.JumpReLUTrainingSAE(lens.JumpReLUTrainingSAEConfig(**shared, **jump))


def _nothing() -> Iterator[Tensor]:
    """The trainer is handed its batches."""
    yield from ()
