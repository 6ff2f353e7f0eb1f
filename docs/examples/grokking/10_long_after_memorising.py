# ---
# summary: >-
#   A small transformer learns three tenths of an addition table by heart in a few hundred epochs, and
#   thousands of epochs later it knows the rest. What the curves show, and two runs in which it does not happen.
# needs:
#   - "[what a transformer computes](../../notes/transformers.py)"
# ---

# %% [markdown]
# # When does a network know what it was never told?
#
# Give a network part of a table. It learns that part by heart, soon and without a mistake, and knows nothing of
# the rest. Usually that is where one stops. Going on, one can see the answers to the rest appear, long after
# the training loss had nothing left to say. That is [grokking](../../glossary.md#grokking).

# %%
import torch

from mechnotes import claims, experiments
from mechnotes.grokking import claims as measured
from mechnotes.grokking import pairs, training
from mechnotes.plots import curves, labels, style

# %% [markdown]
# ## The table
#
# The task is addition [modulo](../../glossary.md#modular-addition) $p = 113$: the network reads `a`, `b`, `=` and is asked for
# $(a + b) \bmod 113$. There are $113^2$ pairs. A seed draws three tenths of them to learn from:

# %%
run = experiments.load(training.train, "seed-0")
known = pairs.is_training(run.config)
print(
    f"{int(known.sum())} pairs to learn, {int((~known).sum())} to find out"
)
numbers = sum(W.numel() for W in run.weights.tensors().values())
print(f"{numbers} weights")

# %% [markdown]
# To the network the numbers are 113 unrelated tokens. Nothing tells it that 5 follows 4. It is a transformer of one layer, four
# heads and 512 neurons, without layer norm, and every [epoch](../../glossary.md#epoch) is one step of
# [AdamW](../../glossary.md#adamw) on all training pairs at once, so no chance is left once the seed has drawn weights and
# pairs. The settings are those of [Nanda and others](../../bibliography.md#grokking), with fewer epochs.

# %% [markdown]
# ## Known, and not known

# %% alt="TODO" caption="Share of right answers on the pairs that were learnt and on those that were not." tags=["trained"]
epochs = torch.tensor(run.config.recorded)
curves.plot_lines(
    epochs,
    {
        "training pairs": run.curves["train_accuracy"],
        "test pairs": run.curves["test_accuracy"],
    },
    x_label="epochs",
    y_label="share of right answers",
    colors=("control", "clean"),
)

# %%
memorised = training.first_reach(run.config, run.curves["train_accuracy"])
generalised = training.first_reach(run.config, run.curves["test_accuracy"])
at = run.config.recorded.index(memorised)
print(f"99 % of the training pairs: epoch {memorised}")
print(f"test pairs then: {run.curves['test_accuracy'][at]:.1%}")
print(f"99 % of the test pairs: epoch {generalised}")

# %%
claims.badge(measured.test_accuracy_when_memorised)

# %%
claims.badge(measured.epochs_between)

# %% [markdown]
# ## What the losses say meanwhile
#
# TODO

# %% alt="TODO" caption="The same run: loss on both kinds of pairs, as a power of ten." tags=["trained"]
train_loss = torch.cat([run.loss, run.loss[-1:]])[epochs]
curves.plot_lines(
    epochs,
    {
        "training pairs": train_loss.log10(),
        "test pairs": run.curves["test_loss"].log10(),
    },
    x_label="epochs",
    y_label="log₁₀ of the loss in nats",
    colors=("control", "clean"),
)

# %% [markdown]
# TODO

# %% alt="TODO" caption="Sum of the squares of all weights." tags=["trained"]
curves.plot_lines(
    epochs,
    {"all weights": run.curves["squared_weights"]},
    x_label="epochs",
    y_label="sum of squared weights",
    colors=("clean",),
)

# %% [markdown]
# TODO
#
# ## Four seeds
#
# Everything but the seed is the same (the first seed stops earlier, which changes nothing before):

# %%
names = ("seed-0", "seed-1", "seed-2", "seed-3")
seeds = {name: experiments.load(training.train, name) for name in names}
print("        memorised  generalised  at the end")
for name, one in seeds.items():
    first = training.first_reach(one.config, one.curves["train_accuracy"])
    last = training.first_reach(one.config, one.curves["test_accuracy"])
    end = float(one.curves["test_accuracy"][-1])
    print(f"{name}  {first:9}  {last!s:>11}  {end:10.2%}")

# %% alt="TODO" caption="Share of right answers on the test pairs, four seeds." tags=["trained"]
figure, ax = style.figure(5.4, 3.0)
for number, one in enumerate(seeds.values()):
    curves.draw_line(
        ax,
        torch.tensor(one.config.recorded),
        one.curves["test_accuracy"],
        color=f"series-{number + 1}",
        label=f"seed {number}",
    )
labels.name_axes(ax, x_label="epochs", y_label="right on test pairs")
labels.spread_labels(figure)

# %%
claims.badge(measured.final_test_accuracy)

# %% [markdown]
# TODO
#
# ## Two runs in which it does not happen
#
# The same start, with one thing changed. *Without weight decay*; and *with most of the pairs*, six tenths instead of three.

# %% alt="TODO" caption="Right answers on the test pairs: the main run and two controls. The control with most pairs ends at epoch 1,000." tags=["trained"]
changed = {
    "main run": ("seed-0", "clean"),
    "no weight decay": ("no-weight-decay", "control"),
    "most pairs": ("most-pairs", "corrupted"),
}
figure, ax = style.figure(5.4, 3.0)
for name, (case, color) in changed.items():
    one = experiments.load(training.train, case)
    x = torch.tensor(one.config.recorded)
    y = one.curves["test_accuracy"]
    curves.draw_line(ax, x, y, color=color, label=name)
labels.name_axes(ax, x_label="epochs", y_label="right on test pairs")
labels.spread_labels(figure)

# %%
claims.badge(measured.test_accuracy_without_decay)

# %%
claims.badge(measured.epochs_between_with_most_pairs)

# %% [markdown]
# TODO
#
# ## What this page claims

# %%
assert memorised < 1000 < 2000 < generalised

# %% [markdown]
# Next: [How does the network add?](20_addition_by_rotation.py)
