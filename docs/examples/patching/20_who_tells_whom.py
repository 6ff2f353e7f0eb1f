# ---
# summary: >-
#   From the answer backwards: which heads write it, which heads tell those where to look, and where these have it
#   from. Path patching changes one connection at a time.
# needs:
#   - "[which heads move the name](10_which_heads_move_the_name.py)"
#   - "[node and edge](30_and_or.py#a-node-is-not-an-edge)"
# ---

# %% [markdown]
# # Who tells whom?
#
# Patching a head changes all that is computed after it, so it cannot tell a head that *writes* the answer from one
# that only *helps* another to write it. [Path patching](../../glossary.md#path-patching) changes what a head tells one
# receiver and holds everything else still. We start at the answer and walk backwards.

# %%
import torch

from mechnotes import models, prompts
from mechnotes.circuits import scores, sets
from mechnotes.patching import activation, paths
from mechnotes.plots import tables

model = models.load("storybook")
pairs = prompts.ioi(n_pairs=64, seed=0, template=0)

# %% [markdown]
# ## Step 1: who writes the answer?
#
# Each head sends the value of the corrupted run to the logits alone; MLPs on the way follow, all other attention
# keeps its clean value ([noising](../../glossary.md#noising), so a loss means: needed). Beside it the
# [total effect](../../glossary.md#total-effect) of the same head.

# %%
written = paths.patch(model, pairs, receivers="logits", direction="noising")
total = activation.patch(model, pairs, direction="noising")

# %% alt="Table of three layers twice: direct effect and total effect of four heads each." caption="What the answer loses, in nats: directly, and in total." tags=["trained"]
tables.plot_table(
    torch.cat((written.effect, total.effect)),
    rows=[f"{what} layer {n}" for what in ("direct", "total") for n in range(3)],
    columns=[f"head {h}" for h in range(4)],
    label="change of the logit difference (nats)",
    limit=total.effect.abs().max().item(),
    signed=True,
)
