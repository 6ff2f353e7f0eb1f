# ---
# summary: >-
#   Paul gives, so Mary receives, and some head must carry that to the last word. We find the heads by putting one
#   run's activations into another, and then take them away to see whether we were right.
# needs:
#   - "[the storybook model](../transformers/10_meet_the_storybook.py)"
#   - "[how to patch](../../notes/patching.py)"
# ---

# %% [markdown]
# # Which heads move the name?
#
# *When Mary and Paul went to the park, Paul gave a book to* … The storybook model says *Mary*. Two names are there
# to choose from, and the choice depends on a word five places back. Only
# [attention heads](../../glossary.md#attention-head) move information between places, so some head must
# do this. Which?

# %%
from dataclasses import replace

import torch

from mechnotes import models, prompts
from mechnotes.circuits import quality, scores, sets
from mechnotes.patching import activation, direct
from mechnotes.plots import scores as bars
from mechnotes.plots import strips, tables

# %% [markdown]
# ## Two prompts, one difference
#
# [`ioi`][mechnotes.prompts.ioi] makes pairs. In the corrupted prompt a third person gives, so nothing decides
# between the two names, and whatever differs between the two runs is about *who gives*.

# %%
model = models.load("storybook")
pairs = prompts.ioi(n_pairs=64, seed=0, template=0)
print(pairs.clean_text[0], "->", pairs.answer_words[0])
print(pairs.corrupted_text[0], "-> ?")

# %% [markdown]
# We score a run by its [logit difference](../../glossary.md#logit-difference): how many nats the model
# prefers the receiver to the giver.
#
# ## Where is it, layer by layer?
#
# Run the corrupted prompt, paste in the clean [residual stream](../../glossary.md#residual-stream) at one layer
# and one word, and see how much of the answer comes back
# ([`patch`][mechnotes.patching.activation.patch]). Words before the changed one are the same in both runs and can restore
# nothing, so the table begins at the comma.

# %% alt="Table of three layers by the last six words. The column of the giver's name is 1 in every layer, all others are 0." caption="How much of the answer the stream at one word restores, as it enters each layer." tags=["trained"]
streams = activation.patch(model, pairs, site="resid_pre", positions="each")
words = ["<bos>", *pairs.clean_text[0].split()]
tables.plot_table(
    streams.recovered[:, 9:],
    rows=[f"into layer {layer}" for layer in range(3)],
    columns=words[9:],
    label="recovered (0 corrupted, 1 clean)",
    signed=True,
)

# %% [markdown]
# In this model the news stays at the giver's name until the last layer: pasting any earlier stream of the last word does
# nothing. So whatever carries it to the end sits in layer 2.
#
# ## Patch every head
#
# The same with the output of one head at a time, all words together. [Denoising](../../glossary.md#denoising) asks
# which head is enough, [noising](../../glossary.md#noising) which is needed.

# %%
denoised = activation.patch(model, pairs)
noised = activation.patch(model, pairs, direction="noising")

# %% alt="Six rows, three layers in both directions, four heads. One cell is 1.00 under denoising and -1.00 under noising; all others are near 0." caption="One head does it: enough on its own, and needed." tags=["trained"]
tables.plot_table(
    torch.cat((denoised.recovered, noised.recovered - 1)),
    rows=[
        f"{way} layer {n}" for way in ("denoise", "noise") for n in range(3)
    ],
    columns=[f"head {head}" for head in range(4)],
    label="change of the answer (+1 restored, −1 lost)",
    signed=True,
)

# %% [markdown]
# Head 1 of layer 2, in both directions, and no other. The
# standard error over the 64 pairs is small beside it:

# %%
found = sets.strongest(noised, 1)
place = noised.top(1)[0]
print(place, f"(standard error {noised.standard_error[found[0]]:.2f} nats)")

# %% [markdown]
# ## What does it do?
#
# Whom does the last word attend to in this head, and in the others of its layer?

# %%
end = pairs.positions["end"]
names = ("receiver", "giver_named", "giver")
looks = [
    scores.between(model, pairs.clean, readers=end, read=pairs.positions[n])
    for n in names
]

# %% alt="Table of four heads by three places. Head 1 attends to the giver with 0.95; heads 0, 2 and 3 divide their attention evenly between the two names." caption="Attention from the last word, heads of layer 2: one looks at who gives, three at who was named." tags=["trained"]
tables.plot_table(
    torch.stack(looks, dim=-1)[2],
    rows=[f"head 2.{head}" for head in range(4)],
    columns=("receiver", "giver, when named", "giver, when giving"),
    label="share of attention (1 all of it)",
)

# %% [markdown]
# Head 2.1 looks at the name before the verb. The other three look at *both* names that were said first, half and half, and
# take no notice of who gives. So they cannot choose. What does each write into the answer
# ([direct logit attribution](../../glossary.md#direct-logit-attribution))?

# %% alt="Bars for twelve heads and three MLPs, in nats. Head 2.1 and MLP 2 give about two nats each; head 2.2 gives +0.5 and head 2.0 -0.4, all others hardly anything." caption="Who prefers the receiver to the giver, and by how many nats, without a detour." tags=["trained"]
folded = models.load("storybook", folded=True)
shares = direct.contributions(folded, pairs)
heads = [f"head {n}.{h}" for n, h in sets.every_head(model)]
bars.plot_shares(
    torch.cat((shares.heads.mean(-1).flatten(), shares.mlps.mean(-1))),
    names=[*heads, *(f"MLP {n}" for n in range(3))],
    label="share of the logit difference (nats)",
)

# %% [markdown]
# Head 2.1 and the MLP after it. The three heads that read both names add little to the *difference*. Is that because they
# say nothing, or because they say the same of both? Compare each name with a third one that the sentence does not contain:

# %%
absent = pairs.corrupted[torch.arange(64), pairs.positions["giver"]]
raised = [
    direct.contributions(
        folded, replace(pairs, answers=name, wrong=absent)
    ).heads.mean(-1)[2]
    for name in (pairs.answers, pairs.wrong)
]

# %% alt="Table of four heads by two names. Heads 0, 2 and 3 raise both names by 0.8 to 2.6 nats. Head 1 leaves the receiver at 0 and lowers the giver by 2.0." caption="What each head of layer 2 writes about the two names, against a name that is not in the sentence." tags=["trained"]
tables.plot_table(
    torch.stack(raised, dim=-1),
    rows=[f"head 2.{head}" for head in range(4)],
    columns=("receiver", "giver"),
    label="nats above an absent name",
    signed=True,
)

# %% [markdown]
# Three heads raise both names by one to two and a half nats; head 2.1 lowers the giver by two and leaves the receiver alone.
# So the hypothesis: *three heads say who was named, one head says who gives and takes that name away.* In GPT-2
# [name movers](../../glossary.md#name-mover-head) are steered by other heads to look at one name only. Here no head looks at
# the receiver alone; the answer is a subtraction.
#
# ## Were we right? Take it away
#
# All of this was found by pasting things in. An independent test: take the head out for good
# ([mean ablation](../../glossary.md#mean-ablation)), on new sentences of several lines. The preference should go; taking out
# any other head should not do that. For all three models, each with the head that patching finds *in that model*.

# %%
fresh = prompts.ioi(n_pairs=64, seed=7)
lost, chance = [], []
for seed in range(3):
    other = models.load(f"storybook/seed-{seed}")
    tried = activation.patch(other, pairs, direction="noising")
    (best,) = sets.strongest(tried, 1)
    lost.append(quality.necessity(other, fresh, [best]))
    for head in set(sets.every_head(other)) - {best}:
        chance.append(quality.necessity(other, fresh, [head]))
    print(
        f"seed {seed}: without {best[0]}.{best[1]} {lost[-1]:.0%} is lost"
    )

# %% alt="Two rows of dots. The heads found lie near 1; all other heads lie below 0.4." caption="Share of the logit difference lost without one head: the one that patching found, and each of the other eleven, in three models." tags=["trained"]
strips.plot_strips(
    {
        "the head found": torch.tensor(lost),
        "every other head": torch.tensor(chance),
    },
    label="share of the logit difference lost (1 all of it)",
    threshold=0.8,
)

# %% [markdown]
# In each model one head carries nearly everything, and no other comes close. It need not be the same one: in the other two
# models it sits in layer 0. What it does there, and with whose help, [the next page](20_who_tells_whom.py) asks.
#
# What this does *not* show: that the three heads which read both names are unimportant. Both prompts name the same
# people, so these heads do the same in both runs, and a patch finds only what differs. For that the prompts have to change.
#
# ## On GPT-2
#
# The same page runs on GPT-2 where a model hub can be reached. It was *not run here*:
#
# ```python
# model = models.load("gpt2")
# pairs = prompts.ioi(n_pairs=64, seed=0, vocabulary="gpt2", model=model)
# activation.patch(model, pairs, progress=True).top(10)
# ```

# %% [markdown]
# ## What this page claims

# %%
giver = int(pairs.positions["giver"][0])
assert streams.recovered[:, giver].min() > 0.95
assert streams.recovered[:, -1].abs().max() < 0.05
assert found == ((2, 1),) and denoised.recovered[2, 1] > 0.95
assert looks[2][2, 1] > 0.9
for head in (0, 2, 3):
    assert abs(looks[0][2, head] - looks[1][2, head]) < 0.1
assert raised[1][1] < -1.5 and abs(raised[0][1]) < 0.2
for head in (0, 2, 3):
    assert min(raised[0][head], raised[1][head]) > 0.7
assert min(lost) >= 0.8 and max(chance) < 0.5
assert (shares.total() - shares.logit_diff).abs().max() < 1e-3

# %% [markdown]
# Next: [Who tells whom?](20_who_tells_whom.py)
