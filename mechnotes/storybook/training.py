"""How is a storybook model trained, and what is kept?

The architecture is GPT-2's, through transformers, so that every library opens the result. Each step
reads fresh passages of the grammar: no text is ever read twice, and a model cannot do well by
remembering it. The text of step n depends on the seed and on n only, so a run that was killed goes
on with the very same numbers.

    python -m mechnotes.storybook train --seed 0 --out my-model     # about eight minutes
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import torch
from jaxtyping import Float, Int
from torch import Tensor

from mechnotes import rng, validate
from mechnotes.experiments import Provenance, experiment
from mechnotes.runs import Run
from mechnotes.storybook import corpus, grammar
from mechnotes.storybook.config import StorybookConfig

if TYPE_CHECKING:
    from transformers import GPT2LMHeadModel

CASES: Mapping[str, StorybookConfig] = {
    "seed-0": StorybookConfig(n_checkpoints=13),
    "seed-1": StorybookConfig(seed=1),
    "seed-2": StorybookConfig(seed=2),
}
CLIPPED = 1.0
"""Longest gradient that is followed; longer ones are shortened to it."""
KEPT = 0.15
"""Share of the steps over which the highest learning rate is kept before it falls."""


@dataclass(frozen=True, kw_only=True, eq=False)
class TrainedStorybook:
    """A trained model as tensors on the CPU."""

    config: StorybookConfig
    """What was trained."""
    weights: dict[str, Tensor]
    """Final weights, under the names of transformers' GPT-2."""
    loss: Float[Tensor, " steps"]
    """Loss of each step on its fresh passages, in nats per token."""
    checkpoint_steps: tuple[int, ...]
    """Steps done at each checkpoint."""
    checkpoints: dict[str, Tensor]
    """Weights on the way in half precision, with a leading axis for the checkpoint."""
    provenance: Provenance | None = field(default=None, compare=False, repr=False)
    """Where, when and how it was computed; None for a result that was not stored."""


@experiment(cases=CASES, minutes=9.0)
def train(
    config: StorybookConfig, *, device: str = "cpu", run: Run | None = None
) -> TrainedStorybook:
    """Train a storybook model from random weights.

    Args:
        config: What to train.
        device: "cpu" or "cuda".
        run: Progress bar and checkpoints; by default neither.

    Returns:
        The trained weights, the loss on the way, and the weights on the way if they were asked for.

    Raises:
        ValueError: If the config is not a StorybookConfig or the device is unknown.
    """
    run = Run() if run is None else run
    state = _State(config, device=validate.device(device))
    restored = run.restored()
    if restored is not None:
        state.load(restored)
    for step in run.steps(config.steps):
        state.keep_checkpoint(step)
        loss = state.step(step)
        run.trace(loss)
        run.save(step + 1, state.tensors)
    state.keep_checkpoint(config.steps)
    return state.result()


def architecture(config: StorybookConfig) -> "GPT2LMHeadModel":
    """A GPT-2 of the config's sizes without dropout; its weights are yet to be set."""
    from transformers import GPT2Config, GPT2LMHeadModel

    return GPT2LMHeadModel(
        GPT2Config(
            vocab_size=len(grammar.vocabulary()),
            n_positions=config.n_ctx,
            n_embd=config.d_model,
            n_layer=config.n_layers,
            n_head=config.n_heads,
            resid_pdrop=0.0,
            embd_pdrop=0.0,
            attn_pdrop=0.0,
            bos_token_id=0,
            eos_token_id=0,
        )
    )


def learning_rate(config: StorybookConfig, step: int) -> float:
    """AdamW's learning rate at a step: it rises, stays for a while, and falls to zero in a line."""
    rise = (step + 1) / max(config.warmup, 1)
    fall = (1 - step / config.steps) / (1 - KEPT)
    return config.learning_rate * min(rise, 1.0, fall)


class _State:
    """What changes while a model trains."""

    def __init__(self, config: StorybookConfig, *, device: str):
        if not isinstance(config, StorybookConfig):
            validate.refuse(
                "config",
                got=repr(config),
                expected="a StorybookConfig",
                fix='Pass StorybookConfig(...) or one of training.CASES, such as "seed-0".',
            )
        self.config, self.device = config, device
        self.model = architecture(config)
        self.model.to(torch.device(device))  # type: ignore[arg-type]
        self._initialise()
        self.optimizer = torch.optim.AdamW(
            self.model.parameters(), weight_decay=config.weight_decay, betas=(0.9, 0.98)
        )
        self.loss = torch.full((config.steps,), torch.nan)
        n_checkpoints = len(config.checkpoint_steps)
        self.checkpoints = {
            name: torch.zeros(n_checkpoints, *weight.shape, dtype=torch.float16)
            for name, weight in self.weights().items()
            if n_checkpoints
        }

    def _initialise(self) -> None:
        """GPT-2's initial weights from our own stream: normal, smaller where blocks write.

        GPT-2's 0.02 belongs to its width of 768. A narrower model needs larger weights for sums of
        the same size; with 0.02 attention stays flat for hundreds of steps.
        """
        generator = rng.generator(self.config.seed, "weights")
        spread = 0.02 * math.sqrt(768 / self.config.d_model)
        writers = spread / math.sqrt(2 * self.config.n_layers)
        for name, weight in self.model.named_parameters():
            with torch.no_grad():
                if weight.dim() == 2:
                    scale = writers if name.endswith("c_proj.weight") else spread
                    weight.copy_(torch.randn(weight.shape, generator=generator) * scale)
                else:
                    weight.fill_(1.0 if "ln_" in name and name.endswith("weight") else 0.0)

    def step(self, number: int) -> Tensor:
        """One step of the optimiser; returns the loss before it, in nats per token."""
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate(self.config, number)
        generator = rng.generator(self.config.seed, "text", number)
        config = self.config
        text = corpus.tokens(config.batch_size, config.n_ctx, generator=generator).to(self.device)
        loss = next_token_loss(self.model(text).logits, text)
        self.optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), CLIPPED)
        self.optimizer.step()
        self.loss[number] = loss.detach().cpu()
        return loss.detach()

    def weights(self) -> dict[str, Tensor]:
        """Current weights by name, each once: the unembedding is the embedding."""
        return {name: w.detach().cpu().clone() for name, w in self.model.named_parameters()}

    def keep_checkpoint(self, steps_done: int) -> None:
        """Take a snapshot if one is due after this number of steps."""
        if steps_done in self.config.checkpoint_steps:
            index = self.config.checkpoint_steps.index(steps_done)
            for name, weight in self.weights().items():
                self.checkpoints[name][index] = weight.half()

    def tensors(self) -> dict[str, Tensor]:
        """Everything that a continuation needs."""
        moments = self.optimizer.state_dict()["state"]
        return {
            "loss": self.loss,
            **{f"weights.{name}": weight for name, weight in self.weights().items()},
            **{f"checkpoints.{name}": kept for name, kept in self.checkpoints.items()},
            **{f"adam.{i}.{name}": v for i, kept in moments.items() for name, v in kept.items()},
        }

    def load(self, tensors: dict[str, Tensor]) -> None:
        """Continue from what `tensors` gave."""
        self.loss.copy_(tensors["loss"])
        with torch.no_grad():
            for name, weight in self.model.named_parameters():
                weight.copy_(tensors[f"weights.{name}"])
        for name, kept in self.checkpoints.items():
            kept.copy_(tensors[f"checkpoints.{name}"])
        saved = self.optimizer.state_dict()
        names = ("step", "exp_avg", "exp_avg_sq")
        indices = saved["param_groups"][0]["params"]
        saved["state"] = {i: {n: tensors[f"adam.{i}.{n}"] for n in names} for i in indices}
        self.optimizer.load_state_dict(saved)

    def result(self) -> TrainedStorybook:
        return TrainedStorybook(
            config=self.config,
            weights=self.weights(),
            loss=self.loss,
            checkpoint_steps=self.config.checkpoint_steps,
            checkpoints=self.checkpoints,
        )


def next_token_loss(
    logits: Float[Tensor, "batch pos d_vocab"], tokens: Int[Tensor, "batch pos"]
) -> Float[Tensor, ""]:
    """Mean cross-entropy of each token given those before it, in nats per token."""
    return torch.nn.functional.cross_entropy(logits[:, :-1].flatten(0, 1), tokens[:, 1:].flatten())
