# ---
# summary: >-
#   Two features, one dimension. Formulas say when sharing it is cheaper than giving it away;
#   trained models agree, and one boundary that people draw turns out not to exist.
# needs:
#   - "[the toy model](10_the_toy_model.py)"
# ---

# %% [markdown]
# # When do two features share one dimension?
#
# One hidden number, two features, the first more important than the second. A model may give the
# number to the first and forget the second. Or it may store both along the same line, one in
# each direction, and accept that they sometimes collide. We compute which is cheaper, and then ask
# trained models whether they agree.

# %%
import torch

from mechnotes import claims, experiments
from mechnotes.exercises import superposition as exercises
from mechnotes.plots import curves, labels, style
from mechnotes.plots.phase import plot_boundary
from mechnotes.superposition import claims as measured
from mechnotes.superposition import (
    edge,
    geometry,
    pair,
    phase,
    selection,
    training,
)

# %% [markdown]
# ## Two strategies, two prices
#
# Feature 1 has [importance](../../glossary.md#importance) 1, feature 2 has importance $r$, both
# have [density](../../glossary.md#density) $p$. *Dedicated*: feature 1 is perfect, output 2 always
# says feature 2's average. That costs $r\,(p/3 - p^2/4)$. *Antipodal*: $W = [1, -1]$. Alone, each
# feature is perfect; if both are active, each output is wrong by the smaller of the two values. That
# costs $(1+r)\,p^2/6$.

# %% alt="Loss against density for r = 0.5. The antipodal curve lies below the dedicated one up to density 0.44 and above it afterwards." caption="For r = 0.5 sharing is cheaper up to density 0.44, then giving the dimension away is."
r = 0.5
p = torch.linspace(0.01, 1, 60)
lines = {
    "dedicated": phase.dedicated_loss(r, p),
    "antipodal": phase.antipodal_loss(r, p),
}
curves.plot_lines(
    p,
    lines,
    x_label="density p",
    y_label="expected loss",
    colors=("control", "clean"),
)

# %% [markdown]
# The antipodal price grows with $p^2$ because two features must meet to collide; the dedicated
# price grows, at first, with $p$. So for rare features sharing always wins.

# %% [markdown]
# ## Try it: where do they cross?
#
# Both prices are above. Before reading on, find the density at which they are equal. A first attempt,
# and its verdict:

# %%
exercises.crossing

# %%
exercises.crossing.check(
    lambda importance_ratio: 2 * importance_ratio / (1 + importance_ratio)
)

# %% [markdown]
# The curves cross at $p^* = 4r/(2+5r)$.

# %%
print(f"p* = {phase.crossing_density(r):.3f}")

# %% [markdown]
# ## A bound, not the edge
#
# The crossing compares two *fixed* recipes. A model may also shorten its arrows and move its
# biases. [`pair.optimum`][mechnotes.superposition.pair.optimum] finds the best such weights from
# exact integrals, and [`optimised_edge`][mechnotes.superposition.phase.optimised_edge] the density
# at which storing the second feature stops paying. It must lie above $p^*$: more freedom only helps.

# %%
curve = experiments.load(edge.edge_curve, "sharp")
line = torch.tensor(curve.config.importance_ratios)
bound = phase.crossing_density(line)
print("  r    bound   edge")
for row in zip(line[1::3], bound[1::3], curve.density[1::3]):
    print("{:4.2f}  {:6.3f}  {:6.3f}".format(*row))

# %% [markdown]
# ## What trained models do
#
# Now the experiment. For each $r$ we trained models over a row of densities, from several random
# starts each, and keep the start with the lowest loss. A dot is full where the model kept feature 2 and
# empty where it dropped it.

# %%
toys, dots = {}, []
for case in ("boundary", "between"):
    for ratio in (0.1, 0.25, 0.5):
        toy = experiments.load(training.train, f"{case}-{ratio:g}")
        norm = geometry.feature_norms(selection.best(toy.W, toy.loss))[:, 1]
        density = torch.tensor(toy.config.densities)
        dots.append(
            torch.stack((torch.full_like(norm, ratio), density, norm))
        )
        toys[case, ratio] = toy
r, p, norm = torch.cat(dots, dim=1)

# %% alt="Density against relative importance. Dark dots, where the second feature is kept, lie below the optimised edge; pale dots lie above it; the closed-form bound runs a little below the edge." caption="Trained models switch at the optimised edge, a little above the closed-form bound."
plot_boundary(line, bound, curve.density, dots_r=r, dots_p=p, norm=norm)

# %% [markdown]
# The dots empty at the dashed edge, not at the solid bound. Between the two lines the plain recipe
# already loses, and the best models still share, with a shorter second arrow. But most starts miss it:

# %%
for ratio in (0.1, 0.25, 0.5):
    toy = toys["between", ratio]
    shared = geometry.feature_norms(toy.W)[..., 1] > 0.5
    best = geometry.feature_norms(selection.best(toy.W, toy.loss))[:, 1]
    for p, share, norm in zip(toy.config.densities, shared, best):
        print(
            f"r = {ratio:4}  p = {p:.3f}  norm {norm:.2f}  {share.sum():2} of 16 runs"
        )

# %% [markdown]
# Two claims say it with numbers: the second feature's norm safely below our bound, and safely above
# our edge.

# %%
claims.badge(measured.second_norm_below_boundary)

# %%
claims.badge(measured.second_norm_above_edge)

# %% [markdown]
# The control of the first is a [linear model](../../glossary.md#linear-model): at $r = 0.5$ it drops
# feature 2 on both sides of the edge. With $W = [1, -1]$, feature 1 alone makes output 2 read a
# negative value; only a ReLU turns that into 0, so that only collisions cost. The control of the second
# is the first. How long the training behind one column of dots took:

# %%
print(toys["boundary", 0.5].provenance)

# %% [markdown]
# ## Does every importance have an edge?
#
# One reads that superposition sets in as a *phase change*: the second feature jumps from stored to
# dropped. That is a claim about all $r$, so try it nearer to equal importance. At $r = 1$ the
# crossing formula gives $4/7 \approx 0.57$.

# %% alt="Norm of the weaker feature against density. For r = 0.5 it falls from 0.9 to 0 in one step. For r = 0.8 it drops from 0.86 to 0.28 near density 0.6 and fades to 0 by 0.75. For r = 1 it shrinks to 0.76 at density 0.7, steps down to about 0.4 and stays there." caption="Importance 0.5: stored, then dropped. At 0.8 a jump to a small norm, then a slope to zero. Equal features: never quite dropped." tags=["hide-input"]
figure, ax = style.figure(5.4, 3.2)
labels.name_axes(
    ax, x_label="density p", y_label="norm of the weaker feature"
)
for color, ratio in zip(
    ("series-1", "series-2", "series-3"), (0.5, 0.8, 1.0)
):
    toy = experiments.load(training.train, f"boundary-{ratio:g}")
    norms = geometry.feature_norms(selection.best(toy.W, toy.loss))
    density = torch.tensor(toy.config.densities)
    toys[ratio], weaker = toy, norms.amin(dim=-1)
    curves.draw_line(
        ax, density, weaker, color=color, label=f"r = {ratio:g}"
    )
labels.spread_labels(figure)

# %% [markdown]
# For $r = 0.5$ the norm drops to 0 in one step. For $r = 0.8$ it drops part of the way, near density
# 0.6, and then fades. For equal features both arrows shorten together up to about 0.7, then one grows
# at the other's expense; and at 0.57 nothing happens at all. The exact optimum agrees:

# %%
for density in (0.57, 0.70, 0.72, 1.0):
    w = pair.optimum(1.0, density).w
    print(f"p = {density:.2f}   w = [{w[0]:5.2f}, {w[1]:5.2f}]")

# %% [markdown]
# The weaker of two equal features keeps a norm near 0.4 even when both are always on. By then it hardly
# matters: the exact loss is within a few tenths of a percent of dropping it, and trained runs end with
# either sign. The zigzag is that indifference. So "phase change" describes some importances well and is
# wrong as a law, and the scorecard has it as a claim that differs:

# %%
claims.badge(measured.half_stored_densities)

# %% [markdown]
# ## What this page claims

# %%
assert (curve.density > bound).all()
for ratio in (
    0.1,
    0.25,
    0.5,
):  # between bound and edge the best models share
    toy = toys["between", ratio]
    best = geometry.feature_norms(selection.best(toy.W, toy.loss))[:, 1]
    assert best[0] > 0.5
assert weaker[-1] > 0.3  # r = 1: never quite dropped
dropped = pair.optimum(1.0, 1.0).loss / phase.dedicated_loss(1.0, 1.0)
assert 0.99 < dropped < 1
for name in ("second_norm_below_boundary", "second_norm_above_edge"):
    assert claims.verdict(getattr(measured, name)).verdict == "reproduced"
assert claims.verdict(measured.half_stored_densities).verdict == "differs"

# %% [markdown]
# **Next:** [How do five features share two dimensions?](30_arrangements.py)
