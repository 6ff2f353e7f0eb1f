"""A trained row of Engineering Monosemanticity's Table 1, as the explorer shows it.

explorer.make([sweeps.batch("LR1", experiments.load(training.sweep, "lr1"))])
"""

from mechnotes import validate
from mechnotes.monosemanticity.config import SweepConfig
from mechnotes.monosemanticity.measures import MEASURES
from mechnotes.monosemanticity.training import SweepResult
from mechnotes.plots._lines import said
from mechnotes.plots.batches import Batch, Model


def batch(name: str, result: SweepResult) -> Batch:
    """Curves up to the last trough of the learning rate, and the neurons of each first seed there.

    Args:
        name: The row's label.
        result: What was trained.

    Raises:
        ValueError: If the sweep varies nothing.
    """
    config = result.config
    if not config.swept:
        validate.refuse(
            "result",
            got="a sweep in which nothing varies",
            expected="at least one swept field",
            fix='Sweep something: swept=("learning_rate",), values=((0.001, 0.003),).',
        )
    end = result.at_trough + 1
    shares = result.counts[..., MEASURES.index("share")].double()
    recorded = {
        "loss, in units of answering nothing": result.loss / result.silent_loss,
        "mean bias": result.mean_bias,
        "neurons that answer to one feature": shares,
    }
    grid = (len(config.combinations), config.n_seeds)
    curves = {
        label: values[:end].double().T.unflatten(0, grid).numpy()
        for label, values in recorded.items()
    }
    models = tuple(_model(result, number) for number in range(grid[0]))
    swept = " and ".join(_words(field) for field in config.swept)
    steps = tuple(result.steps_done[:end])
    return Batch(
        name=name, told=_told(config), swept=swept, models=models, steps=steps, curves=curves
    )


def _model(result: SweepResult, combination: int) -> Model:
    """The models of one combination of swept values; the map is that of the first seed."""
    config = result.config
    values, first = config.combinations[combination], combination * config.n_seeds
    label = ", ".join(said(value) for value in values)
    neurons, responses = result.neurons(first), result.activation_map(first)
    return Model(
        value=float(values[0]),
        label=label,
        note=_note(result, first, label),
        bias=neurons.bias.double().numpy(),
        score=neurons.share.double().numpy(),
        activations=responses.abs().double().numpy(),
    )


def _note(result: SweepResult, first: int, label: str) -> str:
    """One sentence with what came out, for each seed."""
    config, end = result.config, result.at_trough
    seeds = slice(first, first + config.n_seeds)
    counts = ", ".join(str(n) for n in result.n_monosemantic[seeds].tolist())
    loss = (result.loss[end] / result.silent_loss)[seeds].mean().item()
    bias = result.mean_bias[end, seeds].mean().item()
    names = " and ".join(_words(field) for field in config.swept)
    many = f" ({config.n_seeds} seeds; loss and bias are means)" if config.n_seeds > 1 else ""
    return (
        f"{names} {label}: {counts} of {config.runs[first].n_neurons} neurons answer to one "
        f"feature; loss {said(loss)} of that of answering nothing; mean bias {said(bias)}{many}."
    ).replace("  ", " ")


def _told(config: SweepConfig) -> str:
    """What all models share."""
    base = config.base
    fixed = {
        "learning_rate": f"learning rate {said(base.learning_rate)}",
        "initial_bias": f"initial bias {said(base.initial_bias)}",
        "decay": f"bias decay {said(base.decay)}",
        "density": f"density {said(base.density)}",
        "n_neurons": f"{base.n_neurons} neurons",
    }
    rest = ", ".join(text for field, text in fixed.items() if field not in config.swept)
    return (
        f"{base.task} task, {base.activation}, {base.distribution} features: {base.n_features} in "
        f"{base.d_embedding} dimensions; {rest}; {base.steps:,} steps of {base.batch_size}."
    )


def _words(field: str) -> str:
    return {"n_neurons": "neurons"}.get(field, field.replace("_", " "))
