"""Which autoencoders of the storybook model are trained and kept?

Names say what they are. `block-1-topk-512-seed-0` reads the residual stream after block 1 and has
512 latents; `mlp-1-...` reads the 256 neurons of the MLP in block 1; `untrained-1-...` is the
control, trained on a model that has read nothing. All read the same texts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from mechnotes import validate
from mechnotes.sae.config import SAEConfig

MODEL = "storybook/seed-0"
"""The default storybook model, by its full name, so that another default changes nothing here."""
UNTRAINED = "untrained/seed-0"
"""A storybook model before its first step of training."""
LAYER = 1
"""The block that the pages look at."""
SEEDS = (0, 1, 2)


@dataclass(frozen=True, kw_only=True, slots=True)
class StorybookSAEConfig(SAEConfig):
    """Configuration of an autoencoder of a storybook model."""

    model: str = MODEL
    """`storybook/seed-0`, or `untrained/seed-0` for random weights."""
    hook: str = "blocks.1.hook_resid_post"
    """Full name of the place whose activations are read."""
    rows: int = 256
    """Passages in a block of activations; blocks are mixed within, not with each other."""
    text_seed: int = 0
    """Seed of the passages."""

    def __post_init__(self) -> None:
        SAEConfig.__post_init__(self)
        kind, _, number = str(self.model).partition("/seed-")
        if kind not in ("storybook", "untrained") or not number.isdecimal():
            validate.refuse(
                "model",
                got=repr(self.model),
                expected='a storybook model with its seed, "storybook/seed-0", or "untrained/..."',
                fix="Train on another model with training.fit(config, blocks).",
            )
        validate.integer(self.rows, "rows", minimum=1)
        validate.seed(self.text_seed, "text_seed")


TOPK = StorybookSAEConfig(architecture="topk", steps=2000, batch_size=512)
STANDARD = StorybookSAEConfig(architecture="standard", steps=2000, batch_size=512)
JUMPRELU = StorybookSAEConfig(
    architecture="jumprelu", steps=2000, batch_size=512, l0_coefficient=0.4
)
"""Settings that a pilot on another seed (1000) chose."""


def _streams() -> dict[str, StorybookSAEConfig]:
    """The residual stream after each block, in two sizes; three seeds where the pages look."""
    return {
        f"block-{layer}-{base.architecture}-{d_sae}-seed-{seed}": replace(
            base, d_sae=d_sae, seed=seed, hook=f"blocks.{layer}.hook_resid_post"
        )
        for layer in range(3)
        for base in (TOPK, STANDARD)
        for d_sae in (128, 512)
        for seed in (SEEDS if layer == LAYER else SEEDS[:1])
    }


def _neurons() -> dict[str, StorybookSAEConfig]:
    """The neurons of one MLP."""
    return {
        f"mlp-{LAYER}-{base.architecture}-{d_sae}-seed-0": replace(
            base, d_sae=d_sae, hook=f"blocks.{LAYER}.mlp.hook_post"
        )
        for base in (TOPK, STANDARD)
        for d_sae in (256, 1024)
    }


def _seeds(name: str, base: StorybookSAEConfig) -> dict[str, StorybookSAEConfig]:
    return {f"{name}-seed-{seed}": replace(base, seed=seed) for seed in SEEDS}


def _tried() -> dict[str, StorybookSAEConfig]:
    """Short trainings, each wrong in one way, for the page on training."""
    topk, standard, jump = (
        replace(base, d_sae=128, steps=1000) for base in (TOPK, STANDARD, JUMPRELU)
    )
    return {
        "tried-topk": topk,
        "tried-topk-k-1": replace(topk, k=1),
        "tried-topk-k-64": replace(topk, k=64),
        "tried-topk-16-latents": replace(topk, d_sae=16),
        "tried-topk-without-auxiliary-loss": replace(topk, aux_loss_coefficient=0.0),
        "tried-topk-rate-0.2": replace(topk, learning_rate=0.2),
        "tried-topk-rate-0.00002": replace(topk, learning_rate=2e-5),
        "tried-topk-rows-begin-at-length-10": replace(topk, decoder_init_norm=10.0),
        "tried-topk-batches-of-16": replace(topk, batch_size=16),
        "tried-standard": standard,
        "tried-standard-weak-penalty": replace(standard, l1_coefficient=0.1),
        "tried-standard-strong-penalty": replace(standard, l1_coefficient=30.0),
        "tried-standard-without-warm-up": replace(standard, sparsity_warm_up_steps=0),
        "tried-jumprelu": jump,
        "tried-jumprelu-narrow-window": replace(jump, jumprelu_bandwidth=1e-3),
        "tried-jumprelu-thresholds-begin-at-3": replace(jump, jumprelu_init_threshold=3.0),
    }


CASES: Mapping[str, StorybookSAEConfig] = {
    **_streams(),
    **_seeds(f"block-{LAYER}-jumprelu-512", JUMPRELU),
    **_neurons(),
    **_seeds(f"untrained-{LAYER}-topk-512", replace(TOPK, model=UNTRAINED)),
    **_tried(),
}
"""What `training.train` is pre-run for."""
