"""What every intervention asks of its arguments before it runs anything."""

from collections.abc import Callable, Sequence

import torch
from jaxtyping import Float, Int
from torch import Tensor

from mechnotes import metrics, validate
from mechnotes._typing import LanguageModel
from mechnotes.prompts import Pairs


def pairs(model: LanguageModel, given: Pairs) -> None:
    """Refuse pairs that do not fit the model or each other, or that differ in nothing."""
    if not isinstance(given, Pairs):
        validate.refuse(
            "pairs",
            got=type(given).__name__,
            expected="prompt pairs",
            fix="Make them with mechnotes.prompts, for example prompts.ioi(n_pairs=64, seed=0).",
        )
    _lengths(model, given.clean, given.corrupted)
    _answers(given)
    for name in ("clean", "corrupted", "answers", "wrong"):
        tokens(model, getattr(given, name), name)
    if bool((given.answers == given.wrong).any()):
        row = int((given.answers == given.wrong).nonzero()[0])
        validate.refuse(
            "answers",
            got=f"the same token right and wrong in pair {row}",
            expected="two different tokens for each pair",
            fix="Name another wrong answer: between a token and itself there is no difference.",
        )
    if bool((given.clean == given.corrupted).all()):
        validate.refuse(
            "pairs",
            got="clean and corrupted prompts that are identical",
            expected="prompts that differ in what decides the answer",
            fix="Change one word of each corrupted prompt.",
        )


def layers(model: LanguageModel, given: Sequence[int] | None) -> tuple[int, ...]:
    """The layers to visit; all if none are given."""
    n_layers = model.cfg.n_layers
    if given is None:
        return tuple(range(n_layers))
    if not isinstance(given, Sequence | range) or isinstance(given, str) or not given:
        validate.refuse(
            "layers",
            got=repr(given),
            expected=f"a list of layers from 0 to {n_layers - 1}, or None for all",
            fix="Pass layers=[0].",
        )
    return tuple(validate.integer(layer, "layers", maximum=n_layers - 1) for layer in given)


def heads(model: LanguageModel, given: Sequence[tuple[int, int]]) -> dict[int, list[int]]:
    """Heads by their layer."""
    found: dict[int, list[int]] = {}
    if not isinstance(given, Sequence) or not all(
        isinstance(one, tuple) and len(one) == 2 for one in given
    ):
        validate.refuse(
            "heads",
            got=repr(given),
            expected="pairs (layer, head)",
            fix="Pass heads=[(0, 1), (2, 3)].",
        )
    for layer, head in given:
        validate.integer(layer, "layer", maximum=model.cfg.n_layers - 1)
        validate.integer(head, "head", maximum=model.cfg.n_heads - 1)
        found.setdefault(layer, []).append(head)
    return found


def metric(given: metrics.Metric) -> metrics.Metric:
    """The metric, checking at each use that it gives one number per prompt."""
    if not callable(given):
        validate.refuse(
            "metric",
            got=repr(given),
            expected="a function of logits and a Target",
            fix="Take one from mechnotes.metrics, for example metrics.logit_diff.",
        )

    @metrics.measure(unit=unit(given), answers_only=getattr(given, "answers_only", False))
    def checked(
        logits: Float[Tensor, "batch d_vocab"], target: metrics.Target
    ) -> Float[Tensor, " batch"]:
        return _one_each(given(logits, target), len(logits))

    return checked


def unit(given: Callable[..., object]) -> str:
    """Unit of a metric, as far as it says so."""
    return getattr(given, "unit", "metric")


def target(
    model: LanguageModel, given: Pairs, clean: Float[Tensor, "batch d_vocab"]
) -> metrics.Target:
    """What a metric compares with, on the model's device."""
    answers, wrong = on(model, given.answers), on(model, given.wrong)
    return metrics.Target(answers=answers, wrong=wrong, clean=clean)


def on(model: LanguageModel, tokens: Int[Tensor, "..."]) -> Int[Tensor, "..."]:
    """A tensor on the model's device."""
    return tokens.to(torch.device(model.cfg.device))


def _lengths(model: LanguageModel, clean: Tensor, corrupted: Tensor) -> None:
    if clean.shape != corrupted.shape:
        validate.refuse(
            "pairs",
            got=f"clean prompts {tuple(clean.shape)} and corrupted ones {tuple(corrupted.shape)}",
            expected="as many prompts of the same length in tokens",
            fix="Pad with a filler word, or take pairs from mechnotes.prompts, which checks this.",
        )
    if clean.dim() != 2 or 0 in clean.shape or clean.shape[1] > model.cfg.n_ctx:
        validate.refuse(
            "pairs",
            got=f"prompts {tuple(clean.shape)}",
            expected=f"[pairs, tokens] with at least one pair and 1 to {model.cfg.n_ctx} tokens",
            fix="Shorten the prompts, or load a model with a longer context.",
        )


def tokens(model: LanguageModel, given: Int[Tensor, "..."], name: str) -> Int[Tensor, "..."]:
    """Token numbers that the model has, on its device."""
    if given.dim() not in (1, 2) or not given.numel():
        validate.refuse(
            name,
            got=f"shape {tuple(given.shape)}",
            expected="token numbers [batch, pos]",
            fix="Encode texts with models.tokens(model, texts).",
        )
    if int(given.min()) < 0 or int(given.max()) >= model.cfg.d_vocab:
        validate.refuse(
            name,
            got=f"tokens from {int(given.min())} to {int(given.max())}",
            expected=f"tokens of this model, from 0 to {model.cfg.d_vocab - 1}",
            fix="Make the prompts with this model's vocabulary: prompts.ioi(..., model=model).",
        )
    return on(model, given)


def _answers(given: Pairs) -> None:
    """Refuse answers that are not one per pair."""
    for name in ("answers", "wrong"):
        shape = tuple(getattr(given, name).shape)
        if shape != (len(given.clean),):
            validate.refuse(
                name,
                got=f"shape {shape}",
                expected=f"one token for each of {len(given.clean)} pairs",
                fix="Give every pair its own answer.",
            )


def _one_each(scores: object, count: int) -> Tensor:
    """The scores, refused if they are not one number for each prompt."""
    if not isinstance(scores, Tensor) or scores.shape != (count,):
        got = tuple(scores.shape) if isinstance(scores, Tensor) else type(scores).__name__
        validate.refuse(
            "metric",
            got=f"{got} for {count} prompts",
            expected=f"one number for each prompt: shape ({count},)",
            fix="Return a value per prompt and leave averaging to the sweep.",
        )
    return scores if scores.is_floating_point() else scores.float()
