"""How is each claim about symbolic IOI measured?

One function for each number in `claims`, from stored weights only. The paper trained one model of
each size; here each number is a statement about twenty, and failures to learn are counted, not left
out: `solved` is about all seeds, and what heads do about those that solved the task.

A path's published cost counts as met by a model that comes within 15 points of it, and as met on
the whole if nine of ten models do. The control is the same number where the cause is missing.
"""

from jaxtyping import Bool, Float
from torch import Tensor

from mechnotes import experiments
from mechnotes.circuits.attention_only.weights import Weights
from mechnotes.circuits.symbolic import attribution, composition, handmade, products, reading, task
from mechnotes.circuits.symbolic.training import TrainedModels, initial_weights, train
from mechnotes.claims import Measured

ONE_HEAD, TWO_HEADS, TWO_LAYERS = "1-layer-1-head", "1-layer-2-heads", "2-layers-1-head"
SMALL_START = "1-layer-1-head-small-start"
TOLERANCE = 0.15
"""How far a model's cost may lie from the published one, as a share of the logit difference."""
CHANCE = 0.55
"""Accuracy up to which a model counts as choosing between the two names by chance."""


def one_head_accuracy() -> Measured:
    """Highest accuracy of any seed with one layer and one head; control: two layers, median."""
    accuracy = _accuracy(ONE_HEAD)
    return _measured(accuracy, accuracy.max(), control=_accuracy(TWO_LAYERS).median())


def one_head_at_its_best() -> Measured:
    """Accuracy of the one-head model made by hand; control: the highest of the trained ones."""
    by_hand = reading.accuracy(handmade.one_head(), task.all_prompts())
    small_start = _accuracy(SMALL_START)
    return Measured(
        value=by_hand.item(),
        per_seed=tuple(small_start.tolist()),
        control=_accuracy(ONE_HEAD).max().item(),
        note=f"trained from a tenth of the usual weights: {small_start.min():.2f} to "
        f"{small_start.max():.2f}, above {CHANCE} in {int((small_start > CHANCE).sum())} of "
        f"{len(small_start)} seeds",
    )


def two_heads_solved() -> Measured:
    """Number of seeds with one layer and two heads that solve the task; control: one head."""
    accuracy = _accuracy(TWO_HEADS)
    solved, at_chance = (int(which.sum()) for which in (accuracy == 1, accuracy <= CHANCE))
    return Measured(
        value=solved,
        per_seed=tuple(accuracy.tolist()),
        control=int((_accuracy(ONE_HEAD) == 1).sum()),
        note=f"{solved} of {len(accuracy)} solve it, {at_chance} stay at chance",
    )


def two_layers_solved() -> Measured:
    """Share of seeds with two layers of one head that solve the task; control: one layer."""
    accuracy, control = _accuracy(TWO_LAYERS), _accuracy(ONE_HEAD)
    return Measured(
        value=(accuracy == 1).double().mean().item(),
        per_seed=tuple(accuracy.tolist()),
        control=(control == 1).double().mean().item(),
    )


def additive_contrast() -> Measured:
    """Largest contrast of the additive head of a solved model; control: its other head's least."""
    additive, contrastive = _contrasts(_solved(TWO_HEADS))
    return _measured(additive, additive.max(), control=contrastive.min())


def contrastive_contrast() -> Measured:
    """Least contrast of the other head of a solved model; control: heads of models at chance."""
    _, contrastive = _contrasts(_solved(TWO_HEADS))
    _, stuck = _contrasts(_chosen(TWO_HEADS, _accuracy(TWO_HEADS) <= CHANCE))
    return _measured(contrastive, contrastive.min(), control=stuck.max())


def additive_copying() -> Measured:
    """Lowest copying score of the additive head of a solved model; control: before training."""
    solved = _solved(TWO_HEADS)
    contrast = attribution.contrast(solved, task.all_prompts())[:, 1:].abs()  # [seed head]
    scores = products.name_copying(solved)[:, 0]
    additive = scores.gather(1, contrast.argmin(1, keepdim=True))[:, 0]
    other = scores.gather(1, contrast.argmax(1, keepdim=True))[:, 0]
    untrained = products.name_copying(initial_weights(_trained(TWO_HEADS).config)).mean()
    note = f"the contrastive head of the same models: {other.min():.2f} to {other.max():.2f}"
    return _measured(additive, additive.min(), control=untrained, note=note)


def query_cost() -> Measured:
    """Share of two-layer models that lose 100 % with their queries' path, +- 15 points."""
    return _path_cost("queries", published=1.0)


def value_cost() -> Measured:
    """Share of two-layer models that lose 93 % with their values' path, +- 15 points."""
    return _path_cost("values", published=0.93)


def key_cost() -> Measured:
    """Share of two-layer models that lose 27 % with their keys' path, +- 15 points."""
    return _path_cost("keys", published=0.27)


def _path_cost(path: str, *, published: float) -> Measured:
    """Models near a published cost; control: a random push as long, in place of the cut."""
    solved, prompts = _solved(TWO_LAYERS), task.all_prompts()
    cut, zeroed, pushed = (
        composition.cost(solved, prompts, paths=(path,), replacement=replacement)
        for replacement in composition.REPLACEMENTS
    )
    near, control = (
        ((costs - published).abs() <= TOLERANCE).double().mean().item() for costs in (cut, pushed)
    )
    return Measured(
        value=near,
        per_seed=tuple(cut.double().tolist()),
        control=control,
        note=f"cost {cut.min():.2f} to {cut.max():.2f}, median {cut.median():.2f}; with zeros "
        f"{zeroed.median():.2f}; of a random push {pushed.median():.2f}",
    )


def _trained(case: str) -> TrainedModels:
    return experiments.load(train, case)


def _accuracy(case: str) -> Float[Tensor, " seed"]:
    """Accuracy of every seed, failures included, in double precision so that 0.5 is 0.5."""
    return reading.accuracy(_trained(case).weights, task.all_prompts()).double()


def _chosen(case: str, which: Bool[Tensor, " seed"]) -> Weights:
    return _trained(case).weights.each(lambda W: W[which])


def _solved(case: str) -> Weights:
    """The models of a case that solved the task."""
    return _chosen(case, _accuracy(case) == 1)


def _contrasts(
    weights: Weights,
) -> tuple[Float[Tensor, " seed"], Float[Tensor, " seed"]]:
    """Size of the contrast of the head with less and of the head with more of it."""
    contrast = attribution.contrast(weights, task.all_prompts())[:, 1:].abs()
    return contrast.amin(dim=1), contrast.amax(dim=1)


def _measured(
    values: Float[Tensor, " seed"], value: Tensor, *, control: Tensor, note: str = ""
) -> Measured:
    """A value with the range over seeds as its spread."""
    each = values.double().tolist()
    return Measured.of_seeds(each, value.item(), control=control.item(), note=note)
