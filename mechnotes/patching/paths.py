"""Which part tells which, and what? Change one connection and leave every other as it was.

Patching a head changes all that is computed after it. Path patching asks for one connection: the
sender's output is replaced, everything else that attends is frozen at its stored value, MLPs on the
way are computed anew, and only what arrives at the receivers is kept. A second run is given these
inputs, and the answer is read.

    paths.patch(model, pairs, receivers="logits")         # who writes the answer
    paths.patch(model, pairs, receivers=[(2, 1, "q")])    # who tells head 2.1 where to look

With `receivers="logits"` this is a direct effect; `activation.patch` gives the total one.

Source:
    Wang et al. 2022, arXiv:2211.00593, appendix B; Goldowsky-Dill et al. 2023, arXiv:2304.05969.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import partial
from typing import NoReturn

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes import hooks, metrics, validate
from mechnotes._typing import Hook, LanguageModel
from mechnotes.patching import _axes, _checks, _crossing, _resuming, _sites
from mechnotes.patching._setting import setting
from mechnotes.patching._sweeps import exchange
from mechnotes.patching.results import DENOISING, PatchResult
from mechnotes.prompts import Pairs

LOGITS = "logits"
SENDERS = ("z", "attn_out", "mlp_out")
"""Sites that add to the residual stream and can therefore send."""
Receiver = tuple[int, int, str]
"""Layer, head and input: "q", "k" or "v"."""


@torch.no_grad()
def patch(
    model: LanguageModel,
    pairs: Pairs,
    *,
    receivers: Sequence[Receiver] | str = LOGITS,
    site: str = "z",
    heads: str = "each",
    positions: str = "all",
    layers: Sequence[int] | None = None,
    direction: str = DENOISING,
    metric: metrics.Metric = metrics.logit_diff,
    batch_size: int = 256,
    progress: bool = False,
) -> PatchResult:
    """Patch the paths from each sender to the receivers, one sender at a time.

    Args:
        model: The model.
        pairs: Clean and corrupted prompts with their answers.
        receivers: "logits" for the direct effect on the answer, or inputs of heads that receive
            all at once, for example [(2, 1, "q")].
        site: What sends, one of `SENDERS`; see `activation.patch` for all that is not named here.
        heads: Which heads send.
        positions: Positions of the sender.
        layers: Layers of the senders; None for all.
        direction: "denoising" sends clean values in the corrupted run, "noising" the reverse.
        metric: One number for each prompt.
        batch_size: Runs to compute at a time.
        progress: Whether to show a bar.

    Returns:
        The metric for each sender; NaN for layers from which no path leads to a receiver.

    Raises:
        ValueError: As `activation.patch`, or if a sender or receiver does not exist.
    """
    validate.choice(site, "site", SENDERS)
    ears = _receivers(model, receivers)
    places = _axes.axes(model, pairs, site=site, heads=heads, positions=positions, layers=layers)
    every, sites = range(model.cfg.n_layers), {site, "attn_out"}
    runs = setting(model, pairs, metric=metric, sites=sites, layers=every)
    how = {"site": site, "direction": direction, "batch_size": batch_size}
    finish = partial(_sent, ears=ears) if ears else _sent_to_logits
    highest = max((ear[0] for ear in ears), default=model.cfg.n_layers)
    below = places.below(highest)  # no path leads down
    sweep = exchange(runs, axes=below, finish=finish, **how)  # type: ignore[arg-type]
    found = runs.score(runs.clean.logits).new_full(places.shape(len(pairs.clean)), torch.nan)
    if below.layers:
        found[[layer < highest for layer in places.layers]] = sweep.run(progress=progress)
    return runs.result(found, site=site, direction=direction, axes=places)


def _receivers(model: LanguageModel, given: Sequence[Receiver] | str) -> tuple[Receiver, ...]:
    """Inputs of heads that receive; none if the logits do."""
    hooks.check_model(model)
    if isinstance(given, str) and given == LOGITS:
        return ()
    if not isinstance(given, Sequence) or isinstance(given, str) or not given:
        _refuse_receivers(given)
    found = []
    for receiver in given:
        if not isinstance(receiver, tuple) or len(receiver) != 3:
            _refuse_receivers(given)
        layer, head, kind = receiver
        validate.choice(kind, "receivers", ("q", "k", "v"))
        layer = _checks.within(layer, "receivers", "layer", model.cfg.n_layers)
        head = _checks.within(head, "receivers", "head", hooks.n_heads(model, kind) or 1)
        found.append((layer, head, kind))
    return tuple(found)


def _refuse_receivers(given: object) -> NoReturn:
    validate.refuse(
        "receivers",
        got=repr(given),
        expected='"logits" or a list of (layer, head, "q"), "k" or "v" for its input',
        fix='Pass receivers="logits" or receivers=[(2, 1, "q")].',
    )


def _sent_to_logits(patches: Sequence[_sites.Patch]) -> Float[Tensor, "rows d_model"]:
    """The last token when only MLPs stand between the senders and the logits."""
    return _resuming.resume(patches[0].base, [_frozen(patch) for patch in patches])


def _frozen(patch: _sites.Patch, *, but: Collection[int] = ()) -> _crossing.Entrance:
    """A sender's entrance with the stored attention above it, but in some layers."""
    model, entrance = patch.base.model, _sites.entrance(patch)
    upper = set(range(patch.layer + 1, model.cfg.n_layers)) - {*but}
    names = {layer: hooks.name(model, "attn_out", layer=layer) for layer in upper}
    stored = {layer: patch.tokens.of(patch.base.cache[name]) for layer, name in names.items()}
    return replace(entrance, attention={**stored, **entrance.attention})


def _sent(
    patches: Sequence[_sites.Patch], ears: Sequence[Receiver]
) -> Float[Tensor, "rows d_model"]:
    """The last token of second runs, whose receivers are given what they heard in first ones."""
    return torch.cat([_heard_by(ears, patch) for patch in patches])


def _heard_by(ears: Sequence[Receiver], patch: _sites.Patch) -> Float[Tensor, "rows d_model"]:
    """As `_sent`, for one sender's layer, above which is at least one receiver."""
    reached = [ear for ear in ears if ear[0] > patch.layer]
    model, heard = patch.base.model, dict[str, Tensor]()
    listening: list[_crossing.Edit] = []
    for layer in {ear[0] for ear in reached}:
        for kind in {ear[2] for ear in reached if ear[0] == layer}:
            name = hooks.name(model, kind, layer=layer)
            listening.append((name, _hearing(heard, name)))
        # Attention of a receiver's layer runs, so that it can be listened to; its output is frozen.
        name = hooks.name(model, "attn_out", layer=layer)
        going = patch.tokens.last if layer == model.cfg.n_layers - 1 else slice(None)
        listening.append((name, _putting(patch.tokens.of(patch.base.cache[name])[going])))
    sender = _frozen(patch, but={ear[0] for ear in reached})
    _resuming.resume(patch.base, [sender], edits=listening)
    lowest = min(ear[0] for ear in reached)
    told = [_telling(heard, hooks.name(model, k, layer=n), head) for n, head, k in reached]
    stream = patch.tokens.of(patch.base.stream(lowest))
    second = _crossing.Entrance(layer=lowest, tokens=patch.tokens, stream=stream)
    return _resuming.resume(patch.base, [second], edits=told)


def _hearing(heard: dict[str, Tensor], name: str) -> Hook:
    def hear(activation: Tensor, **_: object) -> None:
        heard[name] = activation

    return hear


def _putting(value: Tensor) -> Hook:
    return lambda _old, **_: value[None]


def _telling(heard: dict[str, Tensor], name: str, head: int) -> _crossing.Edit:
    def tell(activation: Tensor, **_: object) -> Tensor:
        told = activation.clone()
        told[:, :, head] = heard[name][:, :, head]
        return told

    return name, tell
