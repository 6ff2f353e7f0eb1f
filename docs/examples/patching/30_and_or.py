# ---
# summary: >-
#   Two gates of one neuron each, and a detour. Denoising misses every part of an AND, noising every part of
#   an OR, and patching a node is not patching an edge.
# needs:
#   - "[how to patch](../../notes/patching.py)"
# ---

# %% [markdown]
# # What does a patch that does nothing mean?
#
# You patch a part, the answer stays the same, and you write down: *does not matter*. On two networks with
# a single neuron each we can see when that sentence is wrong, because there everything is known. They
# are the two ways in which parts can depend on each other: both are needed, or either will do.

# %%
import torch

from mechnotes import claims
from mechnotes.exercises import catalog
from mechnotes.patching import claims as measured
from mechnotes.patching import effects, gates
from mechnotes.patching.detour import detour
from mechnotes.plots import networks, tables

# %% [markdown]
# ## Two gates
#
# With inputs A and B that are 0 or 1, an AND is $\mathrm{ReLU}(A + B - 1)$ and an OR is
# $1 - \mathrm{ReLU}(1 - A - B)$. In the [clean run](../../glossary.md#clean-run) both inputs are 1, in the
# [corrupted run](../../glossary.md#corrupted-run) both are 0.

# %% alt="Two inputs, A and B, each with an arrow to a gate, and an arrow from the gate to the answer. A is marked as patched." caption="One input is patched; the other stays as it was in the run that is changed." tags=["hide-input"]
networks.plot_network(
    (("A", "B"), ("gate",), ("answer",)),
    {
        ("A", "gate"): "corrupted",
        ("B", "gate"): "control",
        ("gate", "answer"): "clean",
    },
    marked=("A",),
)

# %% [markdown]
# ## Both directions, both gates
#
# [Denoising](../../glossary.md#denoising) gives one input its clean value in the corrupted run. Does the
# answer come back (+1)? [Noising](../../glossary.md#noising) gives one input its corrupted value in the
# clean run. Does the answer break (−1)? [`truth_table`][mechnotes.patching.gates.truth_table] tries each input alone and then both.

# %%
found = {
    "AND": gates.truth_table(gates.and_gate),
    "OR": gates.truth_table(gates.or_gate),
}
rows = {
    f"{direction} {name}": getattr(table, direction)
    for direction in ("denoising", "noising")
    for name, table in found.items()
}

# %% alt="Table of four rows. Denoising AND: 0, 0, 1. Denoising OR: 1, 1, 1. Noising AND: -1, -1, -1. Noising OR: 0, 0, -1." caption="Change of the answer. The zeros are the trap: every one of these inputs matters." tags=["trained"]
tables.plot_table(
    torch.stack(list(rows.values())),
    rows=list(rows),
    columns=("A", "B", "A and B"),
    label="change of the answer (+1 restored, −1 broken)",
    signed=True,
)

# %% [markdown]
# Read the two rows with zeros. **Denoising one input of an AND** does nothing: one clean input is not
# enough. **Noising one input of an OR** does nothing: the other stands in. In each gate one direction calls
# both inputs unimportant, and the other direction finds them at once.
#
# So denoising asks *is this enough?* and noising *is this needed?* Neither is the other turned around.
# A part that does nothing in one direction has been tested for one of the two.

# %%
claims.badge(measured.denoising_one_input_of_and)

# %%
claims.badge(measured.noising_one_input_of_or)

# %% [markdown]
# ## Three inputs
#
# Do more inputs help? With three of them the zeros stay; only all together show the gate in both directions:

# %%
for name, gate in (("AND", gates.and_gate), ("OR", gates.or_gate)):
    table = gates.truth_table(gate, n_inputs=3)
    print(f"{name:4}denoising {table.denoising.tolist()}")
    print(f"{'':4}noising   {table.noising.tolist()}")

# %% [markdown]
# Real models are full of ORs. The paper on [indirect objects](../../glossary.md#indirect-object) took all
# [name movers](../../glossary.md#name-mover-head) of GPT-2 away and lost 5 % of the behaviour.
#
# ## A node is not an edge
#
# The second trap is what "patching A" means. Here A reaches C directly, with weight 2, and through B, with
# weight 3. Patch the node, and everything that hears A follows:

# %% alt="A with an arrow to B and an arrow to C; B with an arrow to C. Weights 2 on the direct arrow and 3 on the way through B." caption="Direct, 2; through B, 3. Patching the node A gives 5." tags=["hide-input"]
networks.plot_network(
    (("A",), ("B",), ("C",)),
    {
        ("A", "B"): "clean",
        ("B", "C"): "clean",
        ("A", "C"): "corrupted",
    },
    notes={("B", "C"): "3", ("A", "C"): "2"},
)

# %%
graph = detour()
base, source = {"A": 0.0}, {"A": 1.0}
total = effects.total_effect(graph, base, source, node="A", output="C")
direct = effects.direct_effect(graph, base, source, node="A", output="C")
around = effects.path_effect(graph, base, source, path=("A", "B", "C"))
print(
    f"node A: {total:.0f}, edge A -> C: {direct:.0f}, path by B: {around:.0f}"
)

# %% [markdown]
# The [total effect](../../glossary.md#total-effect) is 5, the
# [direct effect](../../glossary.md#direct-effect) 2. Both are right answers to different questions. On a
# transformer the second is [path patching](../../glossary.md#path-patching), and [the page
# on it](20_who_tells_whom.py) needs it to tell who writes an answer from who only helps.

# %%
claims.badge(measured.direct_effect_of_detour)

# %% [markdown]
# ## Try it
#
# Write the function that fills such a table. A first attempt, with the runs the wrong way round:

# %%
catalog.check(
    "E17",
    lambda gate, clean, corrupted: gates.input_effects(
        gate, corrupted, clean
    ),
)

# %% [markdown]
# ## What this page claims

# %%
assert found["AND"].denoising.tolist() == [0, 0, 1]
assert found["AND"].noising.tolist() == [-1, -1, -1]
assert found["OR"].denoising.tolist() == [1, 1, 1]
assert found["OR"].noising.tolist() == [0, 0, -1]
assert (total, direct, around) == (5, 2, 3)

# %% [markdown]
# Next: [Which metric misleads?](40_metrics.py)
