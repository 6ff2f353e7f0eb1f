# ---
# summary: >-
#   Zero, the mean, another prompt's value: three ways to take an activation away. On a unit whose worth is known
#   they disagree, and each is right about something else.
# needs:
#   - "[how to patch](../../notes/patching.py)"
# ---

# %% [markdown]
# # What stands in for something that is taken away?
#
# "Without this head the model loses half of its score." Without it, and with what in its place? An
# activation cannot be absent. Three stand-ins are in use, and the same head can look vital with one and
# useless with another. We begin where the right answer is known.

# %%
import torch

from mechnotes import claims, models, prompts
from mechnotes.exercises import catalog
from mechnotes.patching import ablation, off_centre
from mechnotes.patching import claims as measured
from mechnotes.patching.stand_ins import KINDS
from mechnotes.plots import strips, tables

# %% [markdown]
# ## One unit, far from zero
#
# A unit carries one bit, $x=\pm1$, but its activation is $5 + x$: always near 5. One readout gives
# $x$ back. Whoever does not know $x$ can do no better than to say its mean, and is wrong by 1 (mean
# square). That is what the unit is *worth*. A second readout gives $|x|$, which is always 1: for that
# the unit is worth nothing.

# %%
kinds = ("zero", "mean", "resample")
nets = {
    "answer x (worth 1)": off_centre.OffCentre(centre=5.0),
    "answer |x| (worth 0)": off_centre.OffCentre(
        centre=5.0, readout="distance"
    ),
}
found = [
    [off_centre.measured_effect(net, kind) for kind in kinds]
    for net in nets.values()
]

# %% alt="Two rows. Answer x, worth 1: zero 26, mean 1, resample 2. Answer |x|, worth 0: zero 16, mean 1, resample 0." caption="What each ablation says the unit is worth. The truth stands at the left." tags=["trained"]
tables.plot_table(
    torch.tensor(found),
    rows=list(nets),
    columns=kinds,
    label="mean squared error added by the ablation",
    limit=26.0,
)

# %% [markdown]
# [Zero](../../glossary.md#zero-ablation) says 26. It has put in a value that never occurs and measured
# the surprise. The [mean](../../glossary.md#mean-ablation) is exactly right for the first readout and
# wrong for the second, since no prompt has the activation 5.
# [Resampling](../../glossary.md#resample-ablation) only uses values that do occur, so it is right about the
# second; for the first it says 2, because a wrong bit said with confidence costs more than a missing one.

# %%
claims.badge(measured.excess_of_zero_ablation)

# %%
claims.badge(measured.excess_of_mean_ablation)

# %% [markdown]
# ## The same on the storybook model
#
# Take each of the twelve heads away in four ways (the mean also per position) while the model answers
# [indirect objects](../../glossary.md#indirect-object). 1 means nothing is lost, 0 that the answer is as
# undecided as for the [corrupted prompt](../../glossary.md#corrupted-run).

# %%
model = models.load("storybook")
pairs = prompts.ioi(n_pairs=48, seed=0, template=0)
without = {kind: ablation.ablate(model, pairs, kind=kind) for kind in KINDS}
names = [f"{layer}.{head}" for layer in range(3) for head in range(4)]

# %% alt="Table of four ablations by twelve heads; most cells near 1, some heads differ from row to row." caption="What is left of the logit difference without each head, by what stands in." tags=["trained"]
tables.plot_table(
    torch.stack([without[kind].recovered.flatten() for kind in KINDS]),
    rows=KINDS,
    columns=names,
    label="recovered without the head (1 nothing lost, 0 undecided)",
    limit=1.5,
    signed=True,
)

# %% [markdown]
# For most heads all four agree. Where they differ, the difference is information. The widest gaps:

# %%
spread = torch.stack([one.recovered.flatten() for one in without.values()])
gap = (spread.max(0).values - spread.min(0).values).sort(descending=True)
for head in gap.indices[:3]:
    each = zip(KINDS, spread[:, head], strict=True)
    row = ", ".join(f"{kind} {value:.2f}" for kind, value in each)
    print(f"head {names[head]}: {row}")

# %% [markdown]
# Head 1.3 is vital by zero and idle by all others. It writes nearly the same vector into every prompt, a constant that later
# parts count on: zero takes the constant away, the others leave it in place. Nothing that these prompts need passes through it.
#
# ## Does the result depend on luck?
#
# Resampling draws. Ten draws of other prompts, for the head that matters most and for one that does not:

# %%
draws = torch.stack(
    [
        ablation.ablate(
            model, pairs, kind="resample", seed=seed
        ).recovered.flatten()
        for seed in range(10)
    ]
)
order = draws.mean(0).argsort()

# %% alt="Two rows of ten dots each; the rows lie far apart." caption="Ten draws: the spread of a resampled ablation is small beside the difference between the heads." tags=["trained"]
strips.plot_strips(
    {
        f"head {names[order[0]]}": draws[:, order[0]],
        f"head {names[order[-3]]}": draws[:, order[-3]],
    },
    label="recovered without the head (1 nothing lost)",
)

# %% [markdown]
# So: say which ablation, every time. Take the mean *of each position*, or resample, over prompts of the same kind; one mean for
# all positions can be as strange as zero ([it was, for four heads](20_who_tells_whom.py)). Use zero only where zero is a
# value that the model knows.
#
# ## Try it
#
# Write the three stand-ins. A first attempt that takes the mean over the wrong axis:


# %%
def attempt(hidden, unit, kind, donors):
    changed = off_centre.ablated(hidden, unit, kind, donors)
    if kind == "mean":
        changed[:, :, unit] = hidden.mean(dim=2)
    return changed


# %%
catalog.check("E18", attempt)

# %% [markdown]
# ## What this page claims

# %%
assert torch.allclose(
    torch.tensor(found), torch.tensor([[26.0, 1, 2], [16, 1, 0]])
)
assert draws[:, order[0]].max() < draws[:, order[-3]].min()
zero, *others = spread[:, names.index("1.3")].tolist()
assert zero < 0.3 and min(others) > 0.95

# %% [markdown]
# Next: [Can one gradient foretell every patch?](60_attribution_patching.py)
