# ---
# summary: >-
#   Train faster and neurons come apart, one for each feature; start their biases below zero and, the paper says, more of them do.
#   Three rows of sweeps, two of which hold at our size, and what a count of neurons hides.
# needs:
#   - "[what makes a neuron monosemantic](10_what_makes_a_neuron_monosemantic.py)"
# ---

# %% [markdown]
# # What do learning rate and bias do?
#
# The paper's main finding is that two models can do a task equally well, one with
# [polysemantic](../../glossary.md#polysemantic) neurons and one with
# [monosemantic](../../glossary.md#monosemantic) ones. Which of them training finds depends on things that nobody chooses for that
# reason: the learning rate, and where the [biases](../../glossary.md#bias) start.

# %%
import torch

from mechnotes import claims, experiments
from mechnotes.exercises import catalog
from mechnotes.monosemanticity import schedules, table, training
from mechnotes.plots import curves, labels, style

# %% [markdown]
# ## A rate that swings
#
# The rate is not constant. It follows a cosine from its largest value to 0 and *back up*, once in 1024 steps, for the whole run.

# %% alt="A cosine that swings between 1 and 0 with a period of 1024 steps and ends at its peak after 8192 steps." caption="The learning rate of all runs, relative to its largest value."
steps = torch.arange(0, 8193, 32)
height = [
    schedules.rate(s, schedule="oscillating cosine", steps=8192)
    for s in steps.tolist()
]
curves.plot_lines(
    steps.float(),
    {"": torch.tensor(height)},
    x_label="step",
    y_label="learning rate (1: the largest)",
    colors=("control",),
)

# %% [markdown]
# A run ends at a *peak*, where the weights still jump. So we look at the last *trough*, step 7680, where the rate is 0. How much that matters:

# %% tags=["trained"]
lr1 = experiments.load(training.sweep, "lr1")
print(lr1.provenance)
loss = lr1.loss / lr1.silent_loss  # [checkpoint model]
rates = [run.learning_rate for run in lr1.config.runs]
print("rate     loss: trough  end    monosemantic: trough  end")
ends = (loss[lr1.at_trough], loss[-1])
found = (lr1.n_monosemantic, lr1.counts[-1, :, 0])
for row in zip(rates, *ends, *found):
    print("{:5}          {:.3f}   {:.3f}                {:4}   {:4}".format(*row))

# %% [markdown]
# Loss is in units of a model that always answers 0. At the largest rate it is 0.39 in the trough and 0.54 half a swing later, as bad as after a tenth of the way.
# The *count* hardly moves. Whoever reads the loss at the end thinks that fast training costs performance; it is the opposite.

# %% [markdown]
# ## The same loss, other neurons
#
# The slow models are simply not finished: our runs are short. So do not compare them at the end. Compare models that have come *equally far*:
# against the largest rate times the number of steps, which is how far the weights can have moved.

# %% alt="Loss against the way made, on a logarithmic axis. The curves of the rates 0.003, 0.007, 0.01 and 0.03 fall along the same line from 0.85 to about 0.5." caption="Loss against the way made. The last point but one of each line lies in a trough, the others mostly at peaks." tags=["trained"]
steps = torch.tensor(lr1.steps_done).float()
late = steps >= 256
figure, ax = style.figure()
labels.scale_log(ax)
for number, color in zip((1, 3, 4, 5), ("1", "2", "3", "5")):
    way = (rates[number] * steps)[late]
    name, color = f"rate {rates[number]:g}", f"series-{color}"
    curves.draw_line(ax, way, loss[late, number], color=color, label=name)
labels.name_axes(ax, x_label="rate × steps", y_label="loss (1: silent)")
labels.spread_labels(figure)

# %% alt="Monosemantic neurons against the way made. The curve of rate 0.03 rises from 20 to 240 between 20 and 60; the others stay at 0." caption="Monosemantic neurons against the way made." tags=["trained"]
count = lr1.counts[..., 0].float()
figure, ax = style.figure()
labels.scale_log(ax)
for number, color in zip((1, 3, 4, 5), ("1", "2", "3", "5")):
    way = (rates[number] * steps)[late]
    name, color = f"rate {rates[number]:g}", f"series-{color}"
    curves.draw_line(ax, way, count[late, number], color=color, label=name)
labels.name_axes(ax, x_label="rate × steps", y_label="monosemantic neurons")
labels.spread_labels(figure)
