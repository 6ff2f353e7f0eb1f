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
from mechnotes.grokking import (
    ablation,
    fourier,
    model,
    pairs,
    progress,
    training,
    waves,
)
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
run = experiments.load(training.train, "seed-0")
keys = fourier.keys(run.weights.W_E[:-1])
print("keys of the final network:", keys)

# %% alt="The test loss rises to 24 nats, sinks, and drops to 0 near epoch 4,300. The restricted loss falls steadily from 4.8 to 0.5 by epoch 2,800 and to 0 by 3,700. The excluded loss is near 0 from epoch 200 to 2,000, rises to 9.4 at 4,500 and stays above 6." caption="The main run: loss on the test pairs, restricted loss, excluded loss." tags=["trained"]
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
# Read it against the test loss. While that still *rises*, the restricted loss has begun to fall: the circuit grows from the first hundred epochs on, beside a memory
# that drowns it. It passes half of its height at epoch 1,100 and is down to 0.01 when the test loss has come down to half. The excluded loss tells the other
# half: for two thousand epochs memory answers the training pairs alone; at 3,000 it no longer can without the circuit.

# %%
claims.badge(measured.restricted_fall)

# %%
claims.badge(measured.excluded_over_train)

# %%
claims.badge(measured.restricted_over_test)

# %% [markdown]
# ## Three phases
#
# So there are three stretches, without sharp borders: *memorising* (to epoch 200), *the circuit forms* (to about 4,000), and *clean-up*, in which memory is taken down. The test accuracy
# jumps between the last two. Weights and embedding show them as well:

# %% alt="The keys share rises slowly from 0.1 to 0.3 by epoch 3,500, then faster to 0.91 at 8,000. The squared weights jump to their maximum, stay to epoch 1,000, and sink to a quarter." caption="Share of the keys in what varies of the embedding, and sum of squared weights relative to its largest value." tags=["trained"]
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
# The embedding is cleaned last. When the answers are right, half of what varies in it still belongs to no key, and goes on fading until the run ends: its last
# epochs are not the last word.

# %% [markdown]
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
# Without the four keys the network guesses; with them and nothing else it answers all but two of 12,769 pairs; and as many other frequencies
# can go without a trace. That is the control that a mere measure lacks. One key at a time, on the way and at the end:

# %% alt="At epoch 3,100 the whole network answers 0.40, without key 46 0.28, without 2 0.31, without 17 or 51 0.37. At 8,000 the whole answers 1.00, without 2 0.82, without 17 0.98, without 46 0.31, without 51 0.37." caption="Right answers on all pairs with one key taken out of the embedding, at checkpoints on the way." tags=["trained"]
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
# The keys are not equal, and not spares for one another: without 46 or 51 two thirds of the answers are lost, without 17 hardly any. (Right answers on *training*
# pairs are three tenths of all; a network that only remembers stands at 0.30.)

# %% [markdown]
# ## Try it: the two losses
#
# The tempting shortcut is to pick the frequencies that answer best. Then the answers choose their own measure:

# %%
from mechnotes.exercises import fourier_losses

fourier_losses.progress_losses


# %%
def with_best_waves(logits, *, frequencies, is_training):
    best = waves.amplitudes(logits).topk(2).indices + 1
    given = {"frequencies": tuple(best.tolist())}
    return progress.both_losses(logits, is_training=is_training, **given)


fourier_losses.progress_losses.check(with_best_waves)

# %% [markdown]
# ## What this page claims

# %%
half = run.restricted.max() / 2
assert 800 < places[run.restricted < half][0] < 1500
assert run.excluded[20] < 0.1 < 1 < run.excluded[30]
assert answered(run.weights) == 1
assert answered(ablation.without(run.weights, keys)) < 0.03
assert answered(ablation.with_only(run.weights, keys)) > 0.999
assert 0.4 < of_keys[46] < 0.6 and of_keys[-1] > 0.9

# %% [markdown]
# Next: the note on [grokking](../../notes/grokking.py) says what is disputed.
