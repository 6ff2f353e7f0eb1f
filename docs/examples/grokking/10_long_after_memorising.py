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
from mechnotes.grokking import model, pairs, training
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

# %% alt="The training pairs rise to 1 at once. The test pairs creep from 0.02 to 0.14 by epoch 3,000, then rise to 0.99 by epoch 4,600." caption="Share of right answers on the pairs that were learnt and on those that were not." tags=["trained"]
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

# %% [markdown]
# By epoch 150 the network knows its training pairs, and of the others hardly more than a guess would (1 in 113). Thousands of epochs later
# it knows them all.

# %%
claims.badge(measured.test_accuracy_when_memorised)

# %%
claims.badge(measured.epochs_between)

# %% [markdown]
# ## What the losses say meanwhile
#
# The step up to epoch 150 is no riddle. The riddle is what moves afterwards, when there is nothing left to get right.

# %% alt="The training loss falls to a few ten-millionths by epoch 1,300 and is nearly flat from there. The test loss rises from 4.8 to 24 nats by epoch 1,300, then sinks slowly, and from 3,500 on fast, to under a millionth." caption="The same run: loss on both kinds of pairs, as a power of ten." tags=["trained"]
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
# Up to epoch 1,300 the training loss falls by another five powers of ten, and the test loss rises to 24 nats, five times what a network
# pays that gives every answer the same chance ($\ln 113 = 4.7$): it grows ever surer of wrong answers. Then the training loss stands still, and the test loss
# turns. Nothing in the training loss says why. The weights do:

# %% alt="The sum doubles to 3,600 within 200 epochs, stays there until epoch 1,100, sinks to 2,600 by 3,000, drops between 3,500 and 5,000, and flattens near 930." caption="Sum of the squares of all weights." tags=["trained"]
curves.plot_lines(
    epochs,
    {"all weights": run.curves["squared_weights"]},
    x_label="epochs",
    y_label="sum of squared weights",
    colors=("clean",),
)

# %% [markdown]
# [Weight decay](../../glossary.md#weight-decay) pulls every weight toward zero, all the time. While the loss has much to gain, weights grow against it. Once
# the gain is used up, the pull goes on, and a way to give the same answers with smaller weights wins over one that needs large
# ones. In the end the weights are smaller than at the start, before anything was learnt, and the network knows twelve thousand sums.

# %% [markdown]
# ## Which pairs come first?
#
# Between epochs 500 and 3,000 the test accuracy creeps up to 14 %. Is that the beginning of the end? Look at which pairs these are: those whose mirror image
# $(b, a)$ is among the training pairs, and those for which neither order was ever seen.

# %%
every = pairs.every(run.config.p)
mirrored = known.view(run.config.p, -1).T.flatten()
stages = (*run.on_the_way, run.weights)
for epoch, weights in zip((*run.kept_epochs, 8000), stages):
    answers = model.logits(weights, every).argmax(1)
    right = (answers == every.sums).float()
    seen = right[~known & mirrored].mean()
    new = right[~known & ~mirrored].mean()
    print(f"epoch {epoch:4}: mirror known {seen:6.1%}, new {new:6.1%}")

# %% [markdown]
# At epoch 3,100 nearly half of the mirrored pairs are right and 2 % of the others. So the first thing that this network found out about the table is not how to add.
# It is that $a + b = b + a$. A single number, 14 %, did not show that there are two things to learn.

# %% [markdown]
# ## Four seeds
#
# Other seeds draw other weights and other pairs; the rest is the same. Each run ends some thousand epochs after its network has generalised, which
# changes nothing before:

# %%
names = ("seed-0", "seed-1", "seed-2", "seed-3")
seeds = {name: experiments.load(training.train, name) for name in names}
print("        memorised  generalised  at the end")
for name, one in seeds.items():
    first = training.first_reach(one.config, one.curves["train_accuracy"])
    last = training.first_reach(one.config, one.curves["test_accuracy"])
    end = float(one.curves["test_accuracy"][-1])
    print(f"{name}  {first:9}  {last!s:>11}  {end:10.2%}")

# %% alt="Four curves that creep and then rise to 1: three between epochs 3,500 and 6,000, one between 11,000 and 13,500." caption="Share of right answers on the test pairs, four seeds." tags=["trained"]
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
# Every seed gets there; one needs more than twice as long as any other. Had we stopped all of them at epoch 10,000, one seed in four would stand here as a network that does not
# generalise. Keep that in mind for the next section: "does not" means "not by the end".

# %% [markdown]
# ## Two runs in which it does not happen
#
# The weights and pairs of seed 0 again, with one thing changed: *without weight decay*, as long as the main run; and *with most of the pairs*, six tenths instead of three.

# %% alt="The main run rises to 1 near epoch 4,000. Without weight decay the curve stays at 0.03 to the end. With most of the pairs it is at 1 before epoch 1,000." caption="Right answers on the test pairs: the main run and two controls. The control with most pairs ends at epoch 1,000." tags=["trained"]
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
labels.name_axes(
    ax, x_label="epochs", y_label="right on test pairs", gap=20
)
labels.spread_labels(figure)

# %%
claims.badge(measured.test_accuracy_without_decay)

# %%
claims.badge(measured.epochs_between_with_most_pairs)

# %% [markdown]
# Without weight decay nothing happens by epoch 8,000, and nothing is on its way: the sum of squared weights only grows, and so does the test loss. (That is one
# network in one setting. Others have seen late generalisation without weight decay; see the [note](../../notes/grokking.py#what-is-disputed).) With most of the pairs there is
# no waiting: knowing them by heart and knowing the rule cost about the same, and come together.

# %%
plain = experiments.load(training.train, "no-weight-decay")
for name, one in (("main run", run), ("no weight decay", plain)):
    loss, squares = one.curves["test_loss"], one.curves["squared_weights"]
    print(
        f"{name:15}: test loss {loss[-1]:9.7f}, squares {squares[-1]:.0f}"
    )

# %% [markdown]
# So the delay is no law of nature. It is what three tenths of the pairs and this pull on the weights make it.

# %% [markdown]
# ## What this page claims

# %%
assert memorised < 1000 < 2000 < generalised
assert run.curves["test_loss"].max() > 4 * torch.tensor(113.0).log()
squares = run.curves["squared_weights"]
assert squares[-1] < squares[0] < squares.max() / 1.9
assert plain.curves["squared_weights"].argmax() > 150
for one in seeds.values():
    assert one.curves["test_accuracy"][-1] >= 0.999

# %% [markdown]
# Next: [How does the network add?](20_addition_by_rotation.py)
