# ---
# summary: >-
#   A program drops every connection that the answer does not need. On a planted circuit it finds exactly what
#   was planted; on a shuffled network, where there is nothing, it should come back with empty hands.
# needs:
#   - "[what a circuit is](../../notes/circuits.py)"
#   - "[what a patch that does nothing means](../patching/30_and_or.py)"
# ---

# %% [markdown]
# # Can a program find the circuit, and nothing where nothing is?
#
# Patching head by head is work, and one stops when the story sounds good. A program does not get tired: go
# through all connections from the output backwards, corrupt each, and drop it for good if the answer moves by less
# than a threshold $\tau$. What is left is the [circuit](../../glossary.md#circuit). The method is called ACDC.
# The question is what it finds when there is nothing to find.

# %%
import torch

from mechnotes import claims, models, prompts
from mechnotes.circuits import claims as measured
from mechnotes.circuits import discovery, planted, recovery, unrolled
from mechnotes.exercises import catalog
from mechnotes.plots import heatmap, strips
from mechnotes.storybook import shuffled

# %% [markdown]
# ## A circuit we hid ourselves
#
# [`plant`][mechnotes.circuits.planted.plant] writes $y=|x_a-x_b|$ with eight large weights into three layers of
# ReLUs, and fills up all other connections with small random weights.

# %% alt="Three weight matrices side by side; a few dark cells stand out in each." caption="The first layer's weights: receivers as rows, inputs as columns. The planted ones are the dark cells." tags=["trained"]
network = planted.plant(seed=0)
heatmap.plot_matrix(
    network.weights[0],
    label="weight (dark: planted; pale: random)",
    x_label="input",
    y_label="unit of the first layer",
)

# %% [markdown]
# Now forget where they are and search, with thresholds that differ by a factor of twenty:

# %%
score = planted.score(network, seed=0)
for tau in (0.01, 0.03, 0.1, 0.2):
    found = discovery.discover(network.edges, score, tau=tau)
    how = recovery.recovery(found.kept, network.circuit)
    print(
        f"tau {tau:<5} kept {how.n_kept:2} of {len(network.edges)}, "
        f"precision {how.precision:.2f}, recall {how.recall:.2f}"
    )

# %% [markdown]
# [Precision](../../glossary.md#precision) says how many of the kept connections were planted,
# [recall](../../glossary.md#recall) how many of the planted ones were kept. Both are 1 over a wide band of $\tau$.

# %%
claims.badge(measured.planted_recovery)

# %% [markdown]
# ## The control that should find nothing
#
# Shuffle the weights of each layer: the same numbers, no circuit. A method that "finds" something now has
# brought it along. The threshold stays what it was:

# %%
empty = [
    len(
        discovery.discover(
            one.edges, planted.score(one, seed=seed), tau=0.03
        ).kept
    )
    for seed in range(12)
    for one in [planted.reset(planted.plant(seed=seed), seed=seed)]
]
print("connections kept on 12 shuffled networks:", empty)

# %%
claims.badge(measured.reset_networks_with_a_circuit)

# %% [markdown]
# And the way to fool oneself: choose the threshold on the network under test, until about eight connections
# remain. Then the shuffled network has a circuit too; its precision is that of blind guessing.

# %%
claims.badge(measured.precision_of_a_fitted_threshold)

# %% [markdown]
# ## The storybook model
#
# [`unrolled`][mechnotes.circuits.unrolled.unrolled] writes the whole model out as a graph: embedding, twelve
# heads with separate inputs for queries, keys and values, three MLPs, and the logits. How far is the answer
# from the clean one? We take the [divergence](../../glossary.md#kl-divergence).

# %%
pairs = prompts.ioi(n_pairs=16, seed=0)


def search(model, tau):
    graph = unrolled.unrolled(model)
    runs = [
        {unrolled.INPUT: unrolled.embedded(model, tokens)}
        for tokens in (pairs.clean, pairs.corrupted)
    ]
    return discovery.discover_graph(graph, *runs, output="logits", divergence=discovery.divergence, tau=tau)


# %%
model = models.load("storybook", folded=True)
found = search(model, 0.02)
kept = [edge for edge in found.kept if unrolled.between_parts(edge)]
every = [e for e in unrolled.unrolled(model).edges if unrolled.between_parts(e)]
print(f"{len(kept)} of {len(every)} connections kept")
print(f"divergence of the circuit alone: {found.divergence:.3f} nats")
