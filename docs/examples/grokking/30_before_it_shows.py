# ---
# summary: >-
#   The test loss falls late and fast; the circuit behind it grows early and slowly. Two losses that look inside show it
#   coming, and taking single frequencies away shows that nothing else does the work.
# needs:
#   - "[addition by rotation](20_addition_by_rotation.py)"
# ---

# %% [markdown]
# # Was it sudden?
#
# Judged by its answers the network knows nothing for thousands of epochs and then, within a few hundred, everything. Does
# the [circuit](../../glossary.md#circuit) appear that fast? We know what it consists of, so we can look for it while the answers are still wrong.

# %%
import torch

from mechnotes import claims, experiments
from mechnotes.exercises import fourier_losses
from mechnotes.grokking import ablation, fourier, model, pairs, training
from mechnotes.grokking import claims as measured
from mechnotes.grokking.losses import accuracy
from mechnotes.plots import curves, tables

# %% [markdown]
# ## Two losses that look inside
#
# Take the [key frequencies](../../glossary.md#key-frequency) of the *final* network. At any time, split the logits of all $p^2$ pairs in two: the part
# along $\cos w(a+b)$ and $\sin w(a+b)$ of the keys, and the rest.
#
# - The [restricted loss](../../glossary.md#restricted-loss) keeps the first part alone (and each answer's mean). It asks how well the circuit would
#   answer if nothing disturbed it.
# - The [excluded loss](../../glossary.md#excluded-loss) keeps the rest alone, on the training pairs. It asks how well memory would
#   answer without the circuit.

# %%
fourier_losses.progress_losses

# %%
run = experiments.load(training.train, "seed-0")
keys = fourier.keys(run.weights.W_E[:-1])
print("keys of the final network:", keys)

# %% alt="TODO" caption="The main run: loss on the test pairs, restricted loss, excluded loss." tags=["trained"]
places = torch.tensor(run.config.checkpoints)
at = [run.config.recorded.index(epoch) for epoch in places.tolist()]
curves.plot_lines(
    places,
    {
        "test": run.curves["test_loss"][at],
        "restricted": run.restricted,
        "excluded": run.excluded,
    },
    x_label="epochs",
    y_label="loss in nats",
    colors=("control", "clean", "corrupted"),
)

# %% [markdown]
# TODO

# %%
claims.badge(measured.restricted_fall)

# %%
claims.badge(measured.excluded_over_train)

# %%
claims.badge(measured.restricted_over_test)

# %% [markdown]
# ## Three phases
#
# TODO

# %% alt="TODO" caption="Share of the keys in what varies of the embedding, and sum of squared weights relative to its largest value." tags=["trained"]
of_keys = run.power[:, [k - 1 for k in keys]].sum(1)
squares = run.curves["squared_weights"][at]
curves.plot_lines(
    places,
    {
        "keys' share of the embedding": of_keys,
        "squared weights": squares / squares.max(),
    },
    x_label="epochs",
    y_label="share",
    colors=("clean", "control"),
)

# %% [markdown]
# TODO
#
# ## Break it
#
# A measure that was made for a circuit will find something. So take the frequencies out of the network itself: out of the
# embedding of the numbers, before anything is computed.

# %%
every = pairs.every(run.config.p)


@torch.no_grad()
def answered(weights):
    """Share of all pairs that are answered rightly."""
    return accuracy(model.logits(weights, every), every.sums)


print(f"whole: {answered(run.weights):.1%}")
print(f"without keys: {answered(ablation.without(run.weights, keys)):.1%}")
print(f"keys alone: {answered(ablation.with_only(run.weights, keys)):.1%}")

# %%
others = [k for k in range(1, 57) if k not in keys]
order = torch.randperm(
    len(others), generator=torch.Generator().manual_seed(0)
)
for draw in range(3):
    first = draw * len(keys)
    picked = order[first : first + len(keys)].tolist()
    chosen = tuple(sorted(others[place] for place in picked))
    right = answered(ablation.without(run.weights, chosen))
    print(f"without {chosen}: {right:.1%}")

# %% [markdown]
# TODO. One key at a time, on the way and at the end:

# %% alt="TODO" caption="Right answers on all pairs with one key taken out of the embedding, at checkpoints on the way." tags=["trained"]
stages = [*run.on_the_way, run.weights]
rows = [f"epoch {epoch}" for epoch in (*run.kept_epochs, run.config.epochs)]
broken = [
    [answered(ablation.without(stage, (k,))) for k in keys]
    for stage in stages
]
whole = [[answered(stage)] for stage in stages]
tables.plot_table(
    torch.cat([torch.tensor(whole), torch.tensor(broken)], dim=1),
    rows=rows,
    columns=["whole", *(f"no {k}" for k in keys)],
    label="share of right answers on all pairs",
)

# %% [markdown]
# TODO
#
# ## What this page claims

# %%
assert len(keys) >= 3

# %% [markdown]
# Next: the note on [grokking](../../notes/grokking.py) says what is disputed.
