"""How is a sparse autoencoder trained, and what is kept?

    config = SAEConfig(architecture="topk", d_sae=512, k=8)
    fitted = training.fit(config, blocks)                        # on anything
    trained = experiments.load(training.train, "block-1-topk-512-seed-0")    # on the storybook

The optimiser, the losses and the care for dead latents are sae_lens's. Every text is fresh: an
autoencoder never reads one twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes import models, rng, validate
from mechnotes._typing import LanguageModel
from mechnotes.experiments import Provenance, experiment
from mechnotes.runs import Run
from mechnotes.sae import activations, library
from mechnotes.sae import config as configs
from mechnotes.sae._trainer import Trainer
from mechnotes.sae.activations import Blocks
from mechnotes.sae.autoencoder import Autoencoder
from mechnotes.sae.cases import CASES, StorybookSAEConfig
from mechnotes.sae.config import SAEConfig
from mechnotes.storybook import corpus, untrained

CURVES = ("mse", "l0", "dead", "loss")
ENTRIES = 100
"""Entries of each recorded curve, at most."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Fitted:
    """A trained autoencoder as tensors, and what happened on the way."""

    weights: dict[str, Tensor]
    """`W_enc` [d_in, d_sae], `b_enc` [d_sae], `W_dec` [d_sae, d_in] with rows of length 1, `b_dec`
    [d_in] and, for "jumprelu", `threshold` [d_sae]; in float32 on the CPU."""
    curves: dict[str, Float[Tensor, " entry"]]
    """At evenly spaced steps, on that step's batch: "mse" (squared error summed over dimensions, of
    scaled activations), "l0" (latents active at once), "dead" (share of latents) and "loss"."""
    scale: float
    """What activations were multiplied with in training; the weights are for those as they are."""


@dataclass(frozen=True, kw_only=True, eq=False)
class TrainedSAE:
    """An autoencoder trained on a storybook model."""

    config: StorybookSAEConfig
    """What was trained."""
    stored: dict[str, Tensor]
    """Weights in half precision, as the file holds them; compute with `autoencoder`."""
    curves: dict[str, Tensor]
    """What was recorded on the way; see `Fitted.curves`."""
    provenance: Provenance | None = field(default=None, compare=False, repr=False)
    """Where, when and how it was computed; None for a result that was not stored."""

    @property
    def autoencoder(self) -> Autoencoder:
        """The autoencoder as sae_lens makes it, in single precision."""
        return library.assemble(
            {name: W.float() for name, W in self.stored.items()},
            self.config,
            hook=self.config.hook,
            model_name=self.config.model,
        )


@experiment(cases=CASES, minutes=1.0)
def train(config: StorybookSAEConfig, *, device: str = "cpu", run: Run | None = None) -> TrainedSAE:
    """Train an autoencoder on the activations of a storybook model.

    Args:
        config: What to train, and on which model's activations.
        device: "cpu" or "cuda".
        run: Progress bar and checkpoints; by default neither.

    Raises:
        ValueError: If the config is not a StorybookSAEConfig or the device is unknown.
    """
    if not isinstance(config, StorybookSAEConfig):
        configs.checked(config)
        validate.refuse(
            "config",
            got="an SAEConfig",
            expected="a StorybookSAEConfig, which names a model and a hook",
            fix="Train on other activations with training.fit(config, blocks).",
        )
    fitted = fit(config, storybook_blocks(config, device=device), device=device, run=run)
    stored = {name: W.half() for name, W in fitted.weights.items()}
    return TrainedSAE(config=config, stored=stored, curves=fitted.curves)


def fit(
    config: SAEConfig, blocks: Blocks, *, device: str = "cpu", run: Run | None = None
) -> Fitted:
    """Train an autoencoder on activations that come in blocks.

    Args:
        config: What to train.
        blocks: From the number of a block to its activations [n, d_in]; see `activations`. At most
            two are in memory, and each is asked for once.
        device: "cpu" or "cuda".
        run: Progress bar and checkpoints; by default neither.

    Raises:
        ValueError: If the config is no SAEConfig, the device is unknown, or a block is unusable.
    """
    configs.checked(config)
    run = Run() if run is None else run
    first = blocks(0)
    scale = _scale(first)
    trainer = Trainer(config, centre=first.mean(0).cpu() * scale, device=validate.device(device))
    every = -(-config.steps // ENTRIES)
    curves = {name: torch.full((-(-config.steps // every),), torch.nan) for name in CURVES}
    saved = run.restored()
    if saved is not None:
        trainer.load(saved, run.step)
        curves = {name: saved[f"curve.{name}"] for name in CURVES}
    batches = activations.batches(
        blocks, batch_size=config.batch_size, seed=config.seed, start=run.step, first=first
    )
    del first  # the batches hold it as long as it is needed
    for step in run.steps(config.steps):
        measured = trainer.step(next(batches).to(device) * scale)
        if step % every == 0:
            for name in CURVES:
                curves[name][step // every] = measured[name].cpu()
        run.trace(measured["loss"])
        run.save(step + 1, lambda: _state(trainer, curves))
    return Fitted(weights=trainer.finished(scale), curves=curves, scale=scale)


def _scale(block: Float[Tensor, "n d_in"]) -> float:
    """What makes the mean length of activations the square root of their width."""
    validate.shape(validate.finite(block, "block 0"), "block 0", ("n", "d_in"))
    length = block.norm(dim=1).mean().item()
    if length == 0:
        validate.refuse(
            "block 0",
            got=f"{len(block)} activations that are all zero",
            expected="activations that are not",
            fix="Look at the place that is read: nothing is active there on these texts.",
        )
    return float(block.shape[1] ** 0.5 / length)


def _state(trainer: Trainer, curves: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Everything that the remaining steps depend on, and what was recorded."""
    return {**trainer.tensors(), **{f"curve.{name}": curve for name, curve in curves.items()}}


def storybook_blocks(config: StorybookSAEConfig, *, device: str = "cpu") -> Blocks:
    """Activations of a storybook model on fresh passages of its grammar."""
    model = model_of(config, device=device)

    def block(number: int) -> Float[Tensor, "n d_in"]:
        generator = rng.generator(config.text_seed, "text", number)
        tokens = corpus.tokens(config.rows, model.cfg.n_ctx, generator=generator)
        return activations.collect(model, config.hook, tokens.to(device))

    return block


def model_of(config: StorybookSAEConfig, *, device: str = "cpu") -> LanguageModel:
    """The model whose activations a config is about."""
    kind, _, seed = config.model.partition("/seed-")
    if kind == "untrained":
        return untrained.load(seed=int(seed), device=device)
    return models.load(config.model, device=device)
