"""What every intervention asks of its arguments before it runs anything."""

from collections.abc import Callable, Collection, Mapping, Sequence
from numbers import Integral

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes import hooks, metrics, validate
from mechnotes._typing import LanguageModel
from mechnotes.patching._token_checks import integers, known, on, positions
from mechnotes.prompts import Pairs


def pairs(model: LanguageModel, given: Pairs) -> None:
    """Refuse pairs that do not fit the model or each other, or that differ in nothing."""
    hooks.check_model(model)
    if not isinstance(given, Pairs):
        validate.refuse(
            "pairs",
            got=type(given).__name__,
            expected="prompt pairs",
            fix="Make them with mechnotes.prompts, for example prompts.ioi(n_pairs=64, seed=0).",
        )
    for name in ("clean", "corrupted"):
        integers(getattr(given, name), name, "token numbers [batch, pos]")
    _lengths(model, given.clean, given.corrupted)
    for name in ("clean", "corrupted"):
        known(model, getattr(given, name), name)
    _answers(model, given)
    if bool((given.clean == given.corrupted).all()):
        validate.refuse(
            "pairs",
            got="clean and corrupted prompts that are identical",
            expected="prompts that differ in what decides the answer",
            fix="Change one word of each corrupted prompt.",
        )


def named_positions(given: Pairs) -> None:
    """Refuse pairs that name no positions, or positions that their prompts do not have."""
    named = given.positions
    if not isinstance(named, Mapping) or not named:
        validate.refuse(
            "pairs.positions",
            got=repr(named) if isinstance(named, Mapping) else type(named).__name__,
            expected="at least one position by its name",
            fix='Name the places, or patch with positions="each" or "all".',
        )
    n_texts, n_pos = given.clean.shape
    for name, pos in named.items():
        positions(pos, f"pairs.positions[{name!r}]", n_texts=n_texts, n_pos=n_pos)


def unhooked(model: LanguageModel) -> None:
    """Refuse a model with hooks left on it: resumed runs would hand them packed tokens."""
    places = {id(p): (name, p.fwd_hooks) for name, p in model.hook_dict.items() if p.fwd_hooks}
    if places:
        lasting = any(hook.is_permanent for _, found in places.values() for hook in found)
        validate.refuse(
            "model",
            got=f"hooks at {', '.join(name for name, _ in places.values())}",
            expected="a model without hooks",
            fix=f"Call model.reset_hooks({'including_permanent=True' if lasting else ''}), or call "
            "from outside of the block that added them.",
        )


def gradients() -> None:
    """Refuse to start where torch keeps no gradient, whatever one asks it for."""
    if torch.is_inference_mode_enabled():
        validate.refuse(
            "torch.inference_mode",
            got="a call inside of it",
            expected="a call where gradients can be taken",
            fix="Leave its block; torch.no_grad() may stand around the call.",
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
    return tuple(within(layer, "layers", "layer", n_layers) for layer in given)


def heads(
    model: LanguageModel, given: Collection[tuple[int, int]], name: str = "heads"
) -> dict[int, list[int]]:
    """Heads by their layer."""
    found: dict[int, list[int]] = {}
    for layer, head in head_list(given, name):
        row = found.setdefault(within(layer, name, "layer", model.cfg.n_layers), [])
        row.append(within(head, name, "head", model.cfg.n_heads))
    return found


def head_list(given: Collection[tuple[int, int]], name: str) -> tuple[tuple[int, int], ...]:
    """Heads in the order given, refused unless each is a layer and a head."""
    listed = isinstance(given, Collection) and not isinstance(given, str | Mapping)
    if not listed or not all(isinstance(one, tuple) and len(one) == 2 for one in given):
        validate.refuse(
            name,
            got=repr(given),
            expected="a list of pairs (layer, head)",
            fix=f"Pass {name}=[(0, 1), (2, 3)].",
        )
    return tuple(given)


def within(value: object, name: str, kind: str, count: int) -> int:
    """Number of a layer or a head, refused if the model has none of that number."""
    if isinstance(value, Integral) and not isinstance(value, bool) and 0 <= int(value) < count:
        return int(value)
    return validate.refuse(
        name,
        got=f"{kind} {value!r}",
        expected=f"{kind}s from 0 to {count - 1}",
        fix=f"Count {kind}s from 0: there are {count}{' in a layer' * (kind == 'head')}.",
    )


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


def _answers(model: LanguageModel, given: Pairs) -> None:
    """Refuse answers that are not one for each pair, or that leave nothing to choose between."""
    for name in ("answers", "wrong"):
        column = getattr(given, name)
        integers(column, name, "one token for each pair")
        if tuple(column.shape) != (len(given.clean),):
            validate.refuse(
                name,
                got=f"shape {tuple(column.shape)}",
                expected=f"one token for each of {len(given.clean)} pairs",
                fix="Give every pair its own answer.",
            )
        known(model, column, name)
    same = (given.answers == given.wrong).nonzero()
    if len(same):
        validate.refuse(
            "answers",
            got=f"the same token right and wrong in pair {int(same[0])}",
            expected="two different tokens for each pair",
            fix="Name another wrong answer: between a token and itself there is no difference.",
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
