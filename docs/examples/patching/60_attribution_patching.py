# ---
# summary: >-
#   One gradient in the place of hundreds of runs: how good is the estimate for heads, for whole streams, for a
#   model that is already sure? And a neuron for which it is blind.
# needs:
#   - "[which heads move the name](10_which_heads_move_the_name.py)"
# ---

# %% [markdown]
# # Can one gradient foretell every patch?
#
# An exact patch needs a run of its own. On a large model there are too many places for that. The slope of
# the metric says, to first order, what every patch would do: *(new value − old value) × slope*, from two
# runs forward (for the new and the old values) and one backward. Here we can afford the exact values as well, so we can see where the
# estimate holds.

# %%
import torch

from mechnotes import metrics, models, prompts
from mechnotes.exercises import catalog
from mechnotes.patching import activation, attribution, graph_attribution
from mechnotes.patching.graphs import Graph, Node, run
from mechnotes.plots import scatter, tables

# %% [markdown]
# ## Heads: a good estimate
#
# Twelve heads at ten named words, patched exactly and by [attribution patching](../../glossary.md#attribution-patching), in the
# one of our three storybook models in which most heads share the work.

# %%
model = models.load("storybook/seed-2")
pairs = prompts.ioi(n_pairs=48, seed=0, template=0)
how = {"positions": "named", "direction": "noising"}
exact = activation.patch(model, pairs, **how)
guess = attribution.patch(model, pairs, **how)


def agreement(one, other):
    stacked = torch.stack((one.flatten(), other.flatten()))
    return torch.corrcoef(stacked)[0, 1].item()


heads = agreement(exact.effect, guess.effect)
print(f"{exact.effect.numel()} places, correlation {heads:.2f}")

# %% alt="Scatter of exact against estimated effects of heads at named positions; dots lie near the diagonal." caption="Heads by position: exact patch and estimate. On the line they are equal." tags=["trained"]
scatter.plot_agreement(
    exact.effect.flatten(),
    guess.effect.flatten(),
    x_label="exact effect (nats)",
    y_label="estimate (nats)",
)

# %% [markdown]
# What does nothing is foretold to do nothing, and the two strongest are named in order. The *sizes* are not right: the estimate
# exaggerates the largest effect by nearly its own size. A correlation does not see that: it ignores scale, and one large dot
# makes it high. A slope is a straight line, and the model between a head and the answer is curved.
#
# ## Other sites: worse
#
# Patching the residual stream exchanges everything at a position at once. Beside the correlation of values stands that of ranks, which
# one large dot cannot carry.

# %%
rows = {}
for site in ("resid_pre", "attn_out", "mlp_out", "z"):
    true = activation.patch(model, pairs, site=site, **how)
    said = attribution.patch(model, pairs, site=site, **how)
    error = (
        said.effect - true.effect
    ).abs().max() / true.effect.abs().max()
    ranks = (e.effect.flatten().argsort().argsort() for e in (true, said))
    rows[site] = [
        agreement(true.effect, said.effect),
        agreement(*(rank.float() for rank in ranks)),
        error.item(),
    ]

# %% alt="Table of four sites. Correlations 0.94 to 0.99; of ranks 0.93 for z, 0.88 for resid_pre, 0.79 for attn_out, 0.55 for mlp_out; largest errors 0.87 to 1.29 of the largest effect." caption="Four kinds of activation: how well one gradient foretells the exact patch." tags=["trained"]
tables.plot_table(
    torch.tensor(list(rows.values())),
    rows=list(rows),
    columns=(
        "correlation",
        "of ranks",
        "largest error / largest effect",
    ),
    label="1 is perfect for the correlations, 0 for the error",
    limit=1.3,
)

# %% [markdown]
# All four correlations are high, and the ranks tell the sites apart: heads are put in order well (0.93), MLPs badly (0.55). For
# one head the largest estimate is off by most of the effect itself, for a whole stream by still more.
#
# ## Saturation: blind
#
# The slope is taken in the run that is patched. If that run is certain, a probability has no slope, whatever
# a patch would do to it. Noising starts from the clean run, where the model is sure:

# %%
for name in ("logit_diff", "probability"):
    metric = getattr(metrics, name)
    settings = {"metric": metric, "direction": "noising"}
    true = activation.patch(model, pairs, **settings).effect
    said = attribution.patch(model, pairs, **settings).effect
    ratio = said.abs().sum() / true.abs().sum()
    print(f"{name:12}estimated / exact, summed over heads: {ratio:.2f}")

# %% [markdown]
# A network of one neuron shows the extreme. $y = \mathrm{ReLU}(A - 0.5)$, from $A = 0$ to $A = 1$: the patch
# raises the answer by 0.5, the slope at $A = 0$ is zero.

# %%
gate = Node(name="y", parents=("A",), function=lambda a: (a - 0.5).relu())
graph = Graph(inputs=("A",), nodes=(gate,))
base, source = {"A": 0.0}, {"A": 1.0}
foretold = graph_attribution.attribute(graph, base, source, output="y")["A"]
really = run(graph, source)["y"] - run(graph, base)["y"]
print(f"foretold {foretold.item():.2f}, really {really.item():.2f}")

# %% [markdown]
# So use it as a map of where to look, and patch exactly what it marks. It never tells you what it
# missed; a random sample of exact patches does.
#
# ## Try it
#
# Write the estimate for one activation. A first attempt, with the step the wrong way round:


# %%
def estimate(metric, base, source):
    base = base.clone().requires_grad_()
    (slope,) = torch.autograd.grad(metric(base).sum(), base)
    return ((base - source) * slope).flatten(1).sum(1)


catalog.check("E20", estimate)

# %% [markdown]
# ## What this page claims

# %%
assert heads > 0.9
assert rows["z"][0] > rows["resid_pre"][0]
assert rows["z"][1] > 0.9 > 0.6 > rows["mlp_out"][1]
assert rows["resid_pre"][2] > rows["z"][2] > 0.5
top = [
    one.effect.flatten().argsort()[:2].tolist() for one in (exact, guess)
]
assert top[0] == top[1]
assert foretold == 0 and really == 0.5
assert ratio < 0.6  # probability of a model that is sure

# %% [markdown]
# Next: [Can a patch that works point to the wrong place?](70_subspace_illusion.py)
