# ---
# summary: >-
#   A direction that carries nothing can be patched and the answer changes as if the feature had been found.
#   How the trick works, in a net of three directions, and two questions that give it away.
# needs:
#   - "[how to patch](../../notes/patching.py)"
# ---

# %% [markdown]
# # Can a patch that works point to the wrong place?
#
# Patching a whole layer moves everything. So people patch less: one direction of the layer, found by
# training it until the patch works. If the answer then changes as it should, the direction is said to
# *carry* the feature. Here is a net in which that conclusion is false.

# %%
import torch

from mechnotes import claims
from mechnotes.patching import claims as measured
from mechnotes.patching import illusion
from mechnotes.plots import curves, networks, tables

# %% [markdown]
# ## Three directions
#
# A number $x$ is written into a hidden vector along two directions and read from two:
#
# - the **carrier** is written and read: this is how $x$ reaches the answer;
# - the **disconnected** direction is written, and nobody reads it;
# - the **dormant** direction is read, and nobody writes it.

# %% alt="x has arrows to carrier and to disconnected. Carrier and dormant have arrows to the answer y. No arrow leads from disconnected to y or from x to dormant." caption="x reaches y along the carrier only. One direction leads nowhere, another comes from nowhere." tags=["hide-input"]
networks.plot_network(
    (("x",), ("carrier", "disconnected", "dormant"), ("y",)),
    {
        ("x", "carrier"): "clean",
        ("x", "disconnected"): "control",
        ("carrier", "y"): "clean",
        ("dormant", "y"): "control",
    },
)

# %% [markdown]
# [`make`][mechnotes.patching.illusion.make] draws the three at right angles in eight dimensions, so none of
# them is a single neuron. We run the net on $x=-1$ and patch one direction from a run on $x=+1$. 1 means
# that the answer became that of the other run.

# %%
net = illusion.make(seed=0)
directions = {
    "carrier": net.carrier,
    "disconnected": net.disconnected,
    "dormant": net.dormant,
    "halfway between these two": net.mixture(45),
}
for name, direction in directions.items():
    print(f"{name:28}{abs(illusion.recovered(net, direction)):5.2f}")

# %% [markdown]
# The first three lines are as they should be. The last is the illusion: two directions that do nothing on
# their own, mixed, do everything. **And it is exactly 1**, so nothing about the number looks suspicious. (We have read the dormant
# direction with weight 2 to make it so; with weight 1 the mixture recovers one half.)

# %%
claims.badge(measured.recovered_by_the_illusion)

# %% [markdown]
# ## How it works
#
# A patch along the mixture takes what the *disconnected* half knows about the other run and writes
# half of it into the *dormant* half, which the answer does read. The patch has built a bridge that the
# net does not have. Turn the direction from one end to the other:

# %% alt="Recovered against angle. From 0 at 0 degrees it rises to 1 at 45 and falls back to 0 at 90." caption="Nothing at either end, everything in the middle: recovered = sin(2 × angle)."
degrees = torch.linspace(0, 90, 31)
share = torch.tensor(
    [illusion.recovered(net, net.mixture(d.item())) for d in degrees]
)
curves.plot_lines(
    degrees,
    {"mixture": share},
    x_label="angle (degrees): 0 disconnected, 90 dormant",
    y_label="recovered (0 nothing, 1 all)",
    thresholds={"carrier": 1.0},
)

# %% [markdown]
# Whoever turns a direction until it restores the answer best can end on this hill as well as on the carrier.
#
# ## Two questions that give it away
#
# **Does each part work on its own?** Split the direction into what the net writes and what it reads. The
# carrier is both; the mixture falls apart into two halves that do nothing. **Do values occur that never
# occur?** Without patches the dormant coordinate is always 0. After the patch it is not:

# %%
seen = torch.linspace(-1, 1, 5)
unpatched = (net.hidden(seen) @ net.dormant).abs().max()
print(f"dormant without a patch: {unpatched:.2f}")
for name in ("carrier", "halfway between these two"):
    activity = illusion.dormant_activity(net, directions[name])
    print(f"dormant after patching {name}: {activity:.2f}")

# %% [markdown]
# The carrier leaves it at 0. The illusion pushes the net into a state that no input produces. That is the
# general warning: an intervention shows what the network *can* be made to do.

# %% alt="Table of three seeds: carrier 1, disconnected 0, dormant 0, mixture 1 in every row." caption="Other random directions, same result: it does not depend on luck." tags=["trained"]
nets = [illusion.make(seed=seed) for seed in range(3)]
parts = ("carrier", "disconnected", "dormant")
values = [
    [illusion.recovered(one, getattr(one, part)) for part in parts]
    + [illusion.recovered(one, one.mixture(45))]
    for one in nets
]
tables.plot_table(
    torch.tensor(values).abs(),
    rows=[f"seed {seed}" for seed in range(3)],
    columns=(*parts, "mixture"),
    label="recovered (0 nothing, 1 all)",
)

# %% [markdown]
# How often this happens in language models is disputed: Makelov, Lange and Nanda found such directions in
# GPT-2; Wu et al. 2024 (arXiv:2401.12631) answered that some of them are part of the mechanism after all.

# %% [markdown]
# ## What this page claims

# %%
table = torch.tensor(values)
assert torch.allclose(table[:, [0, 3]], torch.ones(3, 2), atol=1e-4)
assert table[:, 1:3].abs().max() < 1e-4
angle = torch.deg2rad(degrees)
assert torch.allclose(share, (2 * angle).sin(), atol=1e-4)
assert abs(illusion.dormant_activity(net, net.carrier)) < 1e-5
assert abs(illusion.dormant_activity(net, net.mixture(45))) > 0.5

# %% [markdown]
# Next: [What happens if you patch just this?](80_pick_a_patch.py)
