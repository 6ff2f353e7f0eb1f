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
from mechnotes.plots import curves, heatmap, labels, style
from mechnotes.storybook import shuffled

# %% [markdown]
# ## A circuit we hid ourselves
#
# [`plant`][mechnotes.circuits.planted.plant] writes $y=|x_a-x_b|$ with eight large weights into three layers of
# ReLUs, and fills up all other connections with small random weights.

# %% alt="A weight matrix; a few dark cells stand out." caption="The first layer's weights: receivers as rows, inputs as columns. The planted ones are the dark cells." tags=["trained"]
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
score = network.score(*planted.inputs(network, seed=0))
quality = {}
for tau in (0.01, 0.03, 0.1, 0.2):
    search = discovery.discover(network.edges, score, tau=tau)
    quality[tau] = recovery.recovery(search.kept, network.circuit)
    print(
        f"tau {tau:<5} kept {quality[tau].n_kept} of {len(network.edges)}, "
        f"precision {quality[tau].precision:.2f}, "
        f"recall {quality[tau].recall:.2f}"
    )

# %% [markdown]
# *Precision* is the share of the kept connections that were planted, *recall* the share of the planted ones that
# were kept. Both are 1 over a wide band of $\tau$, because a planted connection adds at least 0.4 to the error and a
# random one less than 0.01.

# %%
claims.badge(measured.planted_recovery)

# %% [markdown]
# ## The control that should find nothing
#
# Shuffle the weights of each layer: the same numbers, no circuit. A method that "finds" something now has
# brought it along. The threshold stays what it was:

# %%
empty = []
for seed in range(12):
    mixed = planted.reset(planted.plant(seed=seed), seed=seed)
    score = mixed.score(*planted.inputs(mixed, seed=seed))
    search = discovery.discover(mixed.edges, score, tau=0.03)
    empty.append(len(search.kept))
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
model = models.load("storybook", folded=True)
found = unrolled.discover(model, pairs, tau=0.02)
print(f"{len(found.kept)} of {len(found.trace)} connections kept")
print(f"divergence of the circuit alone: {found.divergence:.3f} nats")

# %% [markdown]
# Five connections of 262. All of them:

# %%
for sender, receiver in reversed(found.kept):
    print(f"{sender:10} -> {receiver}")

# %% [markdown]
# This is a path one can walk. The embedding of the giver's name goes through MLP 0, into the *values* of head 2.1, and
# from there to the answer, directly and through MLP 2. It is what [patching by hand](../patching/10_which_heads_move_the_name.py)
# had found, with one part more that we had not asked for: MLP 0. It is the circuit for *who gives*, and no more. What both prompts share,
# the names themselves and the heads that read them, counts as background and cannot appear. What each connection costs:

# %% alt="Increases of the divergence for the connections on a log scale, sorted. Five lie above the threshold of 0.02, from 0.14 to 1 nat; the next is at 0.016 and the rest fall off below." caption="What dropping each connection costs, in nats, largest first; the forty most costly. The line is the threshold." tags=["trained"]
costs = torch.tensor([step.increase for step in found.trace])
ordered = costs.clamp(min=1e-4).sort(descending=True).values
figure, ax = style.figure(5.4, 3.2)
labels.name_axes(ax, x_label="connection", y_label="increase (nats)")
ax.set_yscale("log")
curves.draw_dots(ax, torch.arange(1, 41), ordered[:40], color="clean")
curves.draw_threshold(ax, 0.02, label="tau")
labels.spread_labels(figure)

# %%
whole = unrolled.distance(model, pairs)
print(f"lowest kept {ordered[4]:.3f}, highest dropped {ordered[5]:.3f}")
print(f"clean against corrupted: {whole:.2f} nats")

# %% [markdown]
# Between the fifth connection and the sixth lies a gap of a factor of eight, so any $\tau$ in it gives the same five. The
# divergence that is left, 0.03 of 1.2 nats, says that they explain nearly all that tells the two prompts apart.
#
# ## And on a model that has learnt nothing?
#
# [`shuffled`][mechnotes.storybook.shuffled.load] is the storybook model with the entries of every weight matrix in
# random order. It hardly answers differently when the giver changes, so the same threshold would be too kind a test. We
# search twice: with the same threshold, and with the same *share* of what tells clean from corrupted.

# %%
mixed = [shuffled.load(seed=seed, folded=True) for seed in range(3)]
nothing, by_share = [], []
for seed, one in enumerate(mixed):
    gap = unrolled.distance(one, pairs)
    nothing.append(unrolled.discover(one, pairs, tau=0.02))
    by_share.append(unrolled.discover(one, pairs, tau=0.02 * gap / whole))
    print(
        f"shuffled {seed}: clean against corrupted {gap:.3f} nats, kept "
        f"{len(nothing[-1].kept)} by threshold, "
        f"{len(by_share[-1].kept)} by share"
    )

# %% [markdown]
# By the threshold, at most one connection, and a loose end: MLP 2 to the answer, with nothing leading into MLP 2. No path runs from
# the words to the answer, so no circuit is claimed. By share, about forty: a shuffled model too answers a *little* differently when a
# word changes, and whoever asks which parts that little comes from is told. The trained model's answer rests on 5 connections, the
# shuffled ones' on no few in particular. So fix $\tau$ beforehand, in nats that mean something, and look at how *few*
# connections carry how *much*.
#
# ## Try it
#
# Write the search. A first attempt that compares every connection with the whole network instead of with what is left:


# %%
def attempt(edges, score, tau):
    whole = score(frozenset())
    alone = [score(frozenset({edge})) - whole for edge in edges]
    return torch.tensor(alone) >= tau


# %%
catalog.check("E22", attempt)

# %% [markdown]
# ## What this page claims

# %%
assert all(q.precision == q.recall == 1 for q in quality.values())
assert sum(n > 0 for n in empty) <= 2
assert set(found.kept) == {
    ("embedding", "mlp 0 in"),
    ("mlp 0", "2.1 v"),
    ("head 2.1", "mlp 2 in"),
    ("head 2.1", "stream"),
    ("mlp 2", "stream"),
}
assert ordered[4] > 5 * ordered[5]
assert min(len(search.kept) for search in by_share) > 20
for search in nothing:
    assert len(search.kept) <= 1
    assert "embedding" not in {sender for sender, _ in search.kept}

# %% [markdown]
# Next: [What can a transformer without layers know?](../attention/10_zero_layers.py)
