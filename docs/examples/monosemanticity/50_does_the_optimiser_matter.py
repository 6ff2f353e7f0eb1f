# ---
# summary: >-
#   The paper trains with an unusual optimiser and an unusual schedule. The same model under Adam, plain gradient descent and two
#   other schedules: who finds monosemantic neurons, and at what loss?
# needs:
#   - "[learning rate and bias](20_learning_rate_and_bias.py)"
# ---

# %% [markdown]
# # Does the optimiser matter?
#
# If the learning rate decides whether neurons come out [monosemantic](../../glossary.md#monosemantic), the finding may belong to the
# optimiser as much as to the network. The paper uses [LAMB](../../glossary.md#lamb), made for huge batches and hardly ever seen on models this small, under a rate that
# [swings for ever](20_learning_rate_and_bias.py#a-rate-that-swings). So: the same task, the same 4096 steps, two [seeds](../../glossary.md#seed) each, and one
# thing changed at a time.

# %%
import torch

from mechnotes import experiments
from mechnotes.monosemanticity import optimisers, training
from mechnotes.monosemanticity.model import Weights
from mechnotes.plots import labels, style

# %% [markdown]
# ## What LAMB does
#
# Adam divides each weight's gradient by its usual size, so every weight moves by about the learning rate at each step, however large it is. LAMB takes Adam's step and rescales it
# *for each matrix*, so that the step is as long as the learning rate times the length of the matrix: a rate of 0.01 means *change by one percent*. The biases are such a
# "matrix" of their own. One step on long biases and on short ones, with equal gradients:


# %%
def weights(size):
    b = torch.full((1, 4), size)
    parts = {"W_in": b[..., None], "b": b, "W_out": b[:, None]}
    return Weights(**{name: part.clone() for name, part in parts.items()})


# %%
rate = torch.tensor([0.03])
print("      a bias of 1     of 0.01   of 1e-9 moves by")
for optimiser in ("lamb", "adam", "sgd"):
    moved = []
    for size in (1.0, 0.01, 1e-9):
        w, rest = weights(size), {"steps_done": 0, "optimiser": optimiser}
        memory = optimisers.no_moments(w)
        slope = weights(1.0)
        optimisers.advance(w, slope, memory, learning_rate=rate, **rest)
        moved.append((size - w.b[0, 0]).item())
    print(f"{optimiser:5}", "".join(f"{m:10.1e}" for m in moved))

# %% [markdown]
# Adam and plain descent move by 0.03 whatever the bias is. LAMB moves by 3 % *of it*. So it can double a weight quickly and hardly leaves zero, and biases that something else has pressed
# to almost nothing [stay there](40_what_else_matters.py#other-tasks-another-activation).

# %% [markdown]
# ## All of them
#
# No bias trick anywhere. Counts and losses are those of the last trough, where the rate swings, and of the end, where it goes to zero once or does not change.

# %% tags=["trained"]
names = ("lamb", "adam", "sgd", "lamb-constant", "lamb-to-zero")
trained = {name: experiments.load(training.sweep, name) for name in names}
loss, count, number = {}, {}, {}
for name, done in trained.items():
    at = -1 if "-" in name else done.at_trough
    loss[name] = done.loss[at] / done.silent_loss
    count[name], number[name] = done.counts[at, :, :2].float().unbind(1)

# %% tags=["trained"]
print("               rate    loss          by share     by number")
for name, done in trained.items():
    for i, rate in enumerate(done.config.values[0]):
        two = slice(2 * i, 2 * i + 2)
        first, second = loss[name][two].tolist()
        shares, numbers = (
            n[name][two].int().tolist() for n in (count, number)
        )
        print(
            f"{name:13} {rate:5g}   {first:.3f} {second:.3f}   "
            f"{shares}   {numbers}"
        )

# %% alt="Scatter. LAMB and Adam at their fast rates lie together at a loss of 0.39 to 0.40 and 233 to 262 neurons; LAMB to zero at 0.36 and 164 to 174; LAMB constant at 0.56 and 218 to 232. All slow models lie below 40 neurons at losses from 0.47 to 0.58." caption="Every trained model: loss and monosemantic neurons by share." tags=["trained"]
figure, ax = style.figure()
dots = {"marker": "o", "linestyle": "", "markersize": 6}
for n, name in enumerate(names, start=1):
    color = style.color(f"series-{n}")
    ax.plot(loss[name], count[name], color=color, label=name, **dots)
with style.house():
    ax.legend()
labels.name_axes(
    ax, x_label="loss (1: silent)", y_label="monosemantic neurons"
)
style.settle(figure)
figure

# %% [markdown]
# **The optimiser.** LAMB and Adam, each at its fast rate, end in the same place: losses of 0.39 to 0.40, and 233 to 262 monosemantic neurons. Slow, both have next to none. So the finding is not
# LAMB's. (Plain descent had one rate and did not get far enough to be asked.)
#
# **The schedule.** With a constant rate the model is shaken to the end, and its loss of 0.56 is worse than that of many slow ones. And yet it has 218 to 232 monosemantic neurons; by the effective number
# even 254 to 256, one for each feature. So neurons do not come apart because the loss is low. They come apart under large steps, and the loss falls when the steps become small. Letting the rate go to zero *once*
# gives the best loss of all, 0.36. Its counts show once more that a measure must be named: fewest of the fast ones by share, 164 and 174, and most by number, 276 and 279. Slow settling leaves
# blemishes that a threshold of 0.999 does not forgive.
#
# Everything here fits one sentence: *large steps for long enough*. Even at 0.01 a constant rate, twice as large on average as a swinging one, gives 30 and 35 neurons in place of 1 or 2.
# What large steps do, whether it is the distance or the noise, these runs do not separate; the same rate with a larger batch would.
#
# ## What this page claims

# %%
fast = (loss["lamb"][2:], loss["adam"][4:])
assert all(each.min() > 0.38 and each.max() < 0.41 for each in fast)
assert count["lamb"][2:].min() > 200 and count["adam"][4:].min() > 200
slow = (count["lamb"][:2], count["adam"][:4], count["lamb-to-zero"][:2])
assert max(each.max() for each in slow) < 20
assert loss["lamb-constant"][2:].min() > 0.5
assert count["lamb-constant"][2:].min() > 200
assert loss["lamb-to-zero"][2:].max() < 0.37
assert (
    count["lamb-to-zero"][2:].max() < 200 < number["lamb-to-zero"][2:].min()
)
assert count["lamb-constant"][:2].min() > 5 * count["lamb"][:2].max()

# %% [markdown]
# Next: [what holds, row by row?](60_scorecard_row_by_row.py)
