"""What decides how a sparse autoencoder turns out?

Fields are called what sae_lens calls them. Activations are scaled before training so that their
mean length is the square root of their width, and the scale is folded into the weights afterwards:
so a coefficient means the same for a narrow and a wide, a loud and a quiet layer.
"""

import ast
import inspect
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, fields
from itertools import pairwise
from typing import Literal

from mechnotes import validate

Architecture = Literal["standard", "topk", "jumprelu"]
ARCHITECTURES: tuple[Architecture, ...] = ("standard", "topk", "jumprelu")


@dataclass(frozen=True, kw_only=True, slots=True)
class SAEConfig:
    """Configuration of a sparse autoencoder and its training, whatever it is trained on."""

    architecture: Architecture = "topk"
    """How latents are kept few: "standard" is ReLU with an L1 penalty, "topk" keeps the k largest,
    "jumprelu" is ReLU with a learned threshold for each latent and an L0 penalty."""
    d_sae: int = 512
    """Latents. Too few and one latent must serve several features, too many and features split."""
    k: int = 8
    """Latents that may be active at once; for "topk" only. Too small and features are left out,
    too large and latents fire where their feature is absent."""
    l1_coefficient: float | int = 2.0
    """Weight of the L1 penalty, for "standard" only. Too small and latents are dense, too large and
    they shrink and die."""
    l0_coefficient: float | int = 1.0
    """Weight of the L0 penalty, for "jumprelu" only; acts as the L1 coefficient does."""
    sparsity_warm_up_steps: int = 500
    """Steps over which the penalty grows from 0: at full strength from the start it can kill
    latents before they have found anything. For "standard" and "jumprelu"."""
    jumprelu_bandwidth: float | int = 0.1
    """Width of the window around a threshold in which the threshold gets a gradient; too narrow and
    thresholds hardly move. For "jumprelu" only."""
    jumprelu_init_threshold: float | int = 0.1
    """Threshold of every latent at the start. For "jumprelu" only."""
    aux_loss_coefficient: float | int = 1.0
    """Weight of the auxiliary loss, in which dead latents explain what the living leave over; at 0
    dead latents stay dead. For "topk" only."""
    dead_feature_window: int = 200
    """Steps without firing after which a latent counts as dead."""
    decoder_init_norm: float | int = 0.1
    """Length of the decoder's rows at the start; the encoder begins as the decoder's transpose."""
    learning_rate: float | int = 2e-3
    """Adam's learning rate; over the last fifth of the steps it falls in a line to 0."""
    warm_up_steps: int = 100
    """Steps over which the learning rate rises."""
    steps: int = 3_000
    """Optimiser steps."""
    batch_size: int = 1024
    """Activations in a step."""
    seed: int = 0
    """Seed of the initial weights and of the order of the activations."""

    def __post_init__(self) -> None:
        validate.choice(self.architecture, "architecture", ARCHITECTURES)
        for name in ("d_sae", "k", "dead_feature_window", "steps", "batch_size"):
            validate.integer(getattr(self, name), name, minimum=1)
        validate.integer(self.sparsity_warm_up_steps, "sparsity_warm_up_steps")
        validate.integer(self.warm_up_steps, "warm_up_steps", maximum=self.steps - self.decay_steps)
        for name in ("l1_coefficient", "l0_coefficient", "aux_loss_coefficient"):
            validate.number(getattr(self, name), name, low=0.0)
        for name in ("jumprelu_bandwidth", "decoder_init_norm", "learning_rate"):
            validate.number(getattr(self, name), name, low=0.0, low_open=True)
        validate.number(self.jumprelu_init_threshold, "jumprelu_init_threshold", low=0.0)
        validate.seed(self.seed)
        if self.architecture == "topk" and self.k > self.d_sae:
            validate.refuse(
                "k",
                got=f"{self.k} of {self.d_sae} latents",
                expected="at most as many as there are latents (d_sae)",
                fix="Make k smaller; a sixteenth of the model's width is a start.",
            )

    @property
    def decay_steps(self) -> int:
        """Steps at the end over which the learning rate falls."""
        return self.steps // 5


def check_named(weights: Mapping[str, object], architecture: Architecture) -> tuple[str, ...]:
    """Refuse weights among which one is missing.

    Returns:
        Names of all weights that an architecture has.

    Raises:
        ValueError: If one is missing.
    """
    wanted: tuple[str, ...] = ("W_enc", "b_enc", "W_dec", "b_dec")
    wanted += ("threshold",) if architecture == "jumprelu" else ()
    if missing := [name for name in wanted if name not in weights]:
        validate.refuse(
            "weights",
            got=f"{sorted(weights)}, without {missing}",
            expected=", ".join(wanted),
            fix="Pass Fitted.weights.",
        )
    return wanted


def checked(config: object) -> SAEConfig:
    """Check that `config` is an SAEConfig.

    Raises:
        ValueError: If it is something else, such as a case's name.
    """
    if not isinstance(config, SAEConfig):
        validate.refuse(
            "config",
            got=repr(config),
            expected="an SAEConfig",
            fix='Write one: SAEConfig(architecture="topk", d_sae=512, k=8).',
        )
    return config


def explained(kind: type[SAEConfig] = SAEConfig) -> dict[str, tuple[object, str]]:
    """Every field of a config with its default and what it does, in order.

    Args:
        kind: SAEConfig, or a config that extends it.

    Raises:
        ValueError: If it is no such class.
    """
    if not isinstance(kind, type) or not issubclass(kind, SAEConfig):
        validate.refuse(
            "kind", got=repr(kind), expected="SAEConfig or a class that extends it", fix="Pass it."
        )
    written = {
        name: text
        for owner in reversed(kind.__mro__[:-1])
        for name, text in _strings_below_fields(owner).items()
    }
    return {each.name: (each.default, written[each.name]) for each in fields(kind)}


def _strings_below_fields(owner: type) -> dict[str, str]:
    """The string that stands below each annotated name in a class's source."""
    body = ast.parse(textwrap.dedent(inspect.getsource(owner))).body[0]
    assert isinstance(body, ast.ClassDef)
    return {
        field.target.id: " ".join(str(text.value.value).split())
        for field, text in pairwise(body.body)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
    }
