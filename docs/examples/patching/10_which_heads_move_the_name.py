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
# ([`patch`][mechnotes.patching.activation.patch]). 0 is the corrupted run, 1 the clean run.

# %% alt="Table of three layers and fifteen words. In layer 0 the only cell near 1 is the giver's name; the weight moves to the last word in the later layers." caption="How much of the answer the stream at one word restores, as it enters each layer." tags=["trained"]
streams = activation.patch(
    model, pairs, site="resid_pre", positions="each"
)
words = ["<bos>", *pairs.clean_text[0].split()]
shown = range(9, len(words))
tables.plot_table(
    streams.recovered[:, 9:],
    rows=[f"into layer {layer}" for layer in range(3)],
    columns=[words[n] for n in shown],
    label="recovered (0 corrupted, 1 clean); words before the change restore nothing",
    signed=True,
)

# %% [markdown]
# Before layer 0 everything is at the giver's name: that is the word we changed. Before the last layer much of it
# is already at the last word. So the first layers carry the news to the end, and the question is by which
# heads.
#
# ## Patch every head
#
# The same with the output of one head at a time, all words together. [Denoising](../../glossary.md#denoising) asks
# which head is enough, [noising](../../glossary.md#noising) which is needed.

# %%
denoised = activation.patch(model, pairs)
noised = activation.patch(model, pairs, direction="noising")
for place in noised.top(4):
    print(place)

# %% alt="Two tables side by side in one: rows are layers in both directions, columns heads; a few cells stand out." caption="Recovered by denoising each head, and what is left after noising it." tags=["trained"]
tables.plot_table(
    torch.cat((denoised.recovered, noised.recovered - 1)),
    rows=[f"{way} layer {n}" for way in ("denoise", "noise") for n in range(3)],
    columns=[f"head {head}" for head in range(4)],
    label="change of the answer (+1 restored, −1 lost)",
    signed=True,
)

# %% [markdown]
# A handful of heads carry nearly all of it, and they sit in different layers. The standard error over the 64
# pairs is small beside these effects:

# %%
print(f"largest effect {noised.effect.abs().max():.2f} nats,", end=" ")
print(f"largest standard error {noised.standard_error.max():.2f}")

# %% [markdown]
# ## What do they do?
#
# Two cheap clues. Whom does the last word attend to, in the heads that matter most? And how much does each head
# write into the answer itself
# ([direct logit attribution](../../glossary.md#direct-logit-attribution))?

# %%
found = sets.strongest(noised, 4)
end = pairs.positions["end"]
looks = {
    name: scores.between(
        model, pairs.clean, readers=end, read=pairs.positions[name]
    )
    for name in ("receiver", "giver_named", "giver")
}
for layer, head in sorted(found):
    shares = ", ".join(f"{n} {t[layer, head]:.2f}" for n, t in looks.items())
    print(f"head {layer}.{head} attends from the end to: {shares}")

# %% alt="Bars for twelve heads and three MLPs, in nats; most are near zero." caption="What each part writes into the answer, in nats, without a detour." tags=["trained"]
folded = models.load("storybook", folded=True)
shares = direct.contributions(folded, pairs)
heads = [f"head {n}.{h}" for n, h in sets.every_head(model)]
bars.plot_shares(
    torch.cat((shares.heads.mean(-1).flatten(), shares.mlps.mean(-1))),
    names=[*heads, *(f"MLP {n}" for n in range(3))],
    label="share of the logit difference (nats)",
)

# %% [markdown]
# Some heads that matter write next to nothing into the answer: they work for other heads.
# [Who tells whom?](20_who_tells_whom.py) follows them.
#
# ## Were we right? Take them away
#
# All of the above was found by pasting things in. An independent test: remove the four heads for good
# ([mean ablation](../../glossary.md#mean-ablation)), on new sentences of all six lines. If they are the ones, most of the
# preference should go; four other heads, drawn at random, should cost little. For all three models, each with the heads that
# patching finds *in that model*.

# %%
fresh = prompts.ioi(n_pairs=64, seed=7)
lost, chance = [], []
for seed in range(3):
    other = models.load(f"storybook/seed-{seed}")
    tried = activation.patch(other, pairs, direction="noising")
    four = sets.strongest(tried, 4)
    lost.append(quality.necessity(other, fresh, four))
    for drawn in sets.random_sets(other, four, n_sets=10, seed=seed):
        chance.append(quality.necessity(other, fresh, drawn))
    names = ", ".join(f"{layer}.{head}" for layer, head in sorted(four))
    print(f"seed {seed}: without {names} the model loses {lost[-1]:.0%}")

# %% alt="Two rows of dots. The heads found lie near 1, the random heads spread near 0." caption="Share of the logit difference lost without four heads: three models, and ten random sets in each." tags=["trained"]
strips.plot_strips(
    {
        "the heads found": torch.tensor(lost),
        "as many random heads": torch.tensor(chance),
    },
    label="share of the logit difference lost (1 all of it)",
    threshold=0.8,
)

# %% [markdown]
# XXX
#
# ## On GPT-2
#
# The same page runs on GPT-2 where a model hub can be reached; it was *not run here*:
#
# ```python
# model = models.load("gpt2")
# pairs = prompts.ioi(n_pairs=64, seed=0, vocabulary="gpt2", model=model)
# activation.patch(model, pairs, progress=True).top(10)
# ```

# %% [markdown]
# ## What this page claims

# %%
assert streams.at(layer=0, position=10) > 0.99
assert streams.recovered[0].argmax() == pairs.positions["giver"][0]
assert streams.recovered[2, -1] > 0.5
assert min(lost) >= 0.8
assert max(chance) < min(lost)
assert (shares.total() - shares.logit_diff).abs().max() < 1e-3

# %% [markdown]
# Next: [Who tells whom?](20_who_tells_whom.py)
