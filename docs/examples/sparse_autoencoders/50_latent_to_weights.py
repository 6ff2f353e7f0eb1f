# ---
# summary: >-
#   A latent speaks along one direction and listens along another. We read both off the weights: which words it
#   promotes, and which heads and neurons raise it. Then we take them away, one by one, to see who told the truth.
# needs:
#   - "[what fires on a sentence](10_first_look.py)"
#   - "[direct logit attribution](../transformers/20_from_text_to_logits.py#the-answer-is-a-sum)"
# ---

# %% [markdown]
# # What feeds a latent, and what does it feed?
#
# So far a [latent](../../glossary.md#latent) was something that fires on texts. But it has weights: a row of the decoder, the direction that it
# *writes*, and a column of the encoder, the direction that it *listens to*. Weights need no texts and leave nothing out. Can we read off
# them what the latent does?

# %%
from collections import Counter

import torch

from mechnotes import models, sae
from mechnotes.exercises import catalog
from mechnotes.plots import scores, strips, tables

model = models.load("storybook")
one = sae.load("storybook", "block-1-topk-512-seed-2")

# %%
from mechnotes.sae.effects import (
    feeding,
    moods,
    silencing,
    steering,
    weights,
    writers,
)
from mechnotes.sae.meaning import labels

# %% [markdown]
# Three autoencoders were trained alike, with seeds 0, 1 and 2. We take the third, because its latent for what follows is the cleanest; the other
# two come at the end.
#
# ## A latent for a mood
#
# *At the park Mary lost a coat. She ...* Now the model must know that Mary is angry: *shouted*, *frowned*, *growled* or *stamped* has to follow.
# [`moods.choose`][mechnotes.sae.effects.moods.choose] looks at stories of one form, cut off at this place, and picks the latent
# that stands out most in those of one mood. We look at it in stories of another form:

# %% tags=["trained"]
choice = moods.choose(model, one)
latent, mood = choice.latent, choice.sentiment
told = moods.stories(144)
values = one.encode(moods.ends(model, one, told))[:, latent]
print(f"latent {latent} for {mood} stories")

# %% alt="Three rows of dots. In angry stories the latent lies between 1.9 and 2.7; in happy and neutral ones at 0." caption="The latent's value at the word before the reaction, a dot for each story." tags=["trained"]
strips.plot_strips(
    {
        "angry": values[told.sentiment == moods.number("angry")],
        "happy": values[told.sentiment == moods.number("happy")],
        "neutral": values[told.sentiment == moods.number("neutral")],
    },
    label=f"value of latent {latent} (0: it does not fire)",
)

# %% [markdown]
# On in every angry story, off in the others. "The angry latent" is a name of ours, though. On whole passages, what does it fire on?

# %% tags=["trained"]
text = sae.extract(model, one, labels.passages(200).tokens)
on = text.index == latent
places = zip(text.text[on].tolist(), text.position[on].tolist())
fired = Counter(text.words[row][pos] for row, pos in places)
for word, count in fired.most_common(6):
    print(f"{word:6} {count}")

# %% [markdown]
# Mostly on small words, *after* the event: *lost a hat **and** ...*, *lost a hat **but** ...*. It does not stand for a word; it
# looks like a note that the model has written to itself.
#
# ## What does it say?
#
# One unit of the latent adds its decoder row to the stream. If nothing happened on the way, the row would go through the final norm and meet the
# [unembedding](../../glossary.md#unembedding). The norm divides by a scale that depends on the text; we hold it at its mean where the latent fires
# ([`promoted`][mechnotes.sae.effects.weights.promoted] says why). Then every word gets a number, and since only differences between words count, the
# mean over words is taken away.

# %% alt="Bars: went, Nora, again, day 0.28 to 0.18, frowned, stamped, shouted, growled 0.15; there, it, spoiled, broke, lost, then between minus 0.25 and minus 0.13." caption="What one unit of the latent adds to the logits directly: the eight words it raises most, and the six it lowers most." tags=["trained"]
scale = weights.final_scale(model, one, latent, told.of("angry"))
promoted = weights.promoted(model, one, latent, scale=scale)
best = weights.top_words(model, promoted, n=8)
worst = weights.top_words(model, -promoted, n=6)
scores.plot_shares(
    torch.tensor([v for _, v in best] + [-v for _, v in reversed(worst)]),
    names=[word for word, _ in best + worst[::-1]],
    label="nats per unit of the latent (0: an average word)",
)

# %% [markdown]
# The four angry reactions are there, next to each other, among 232 words. But four strangers stand above them, and 0.15 nats is little.
# Is that what the latent does?
#
# ## Checked in the running model
#
# We add one unit at the last word of stories that are not angry, and look at the logits that come out:

# %%
others = told.tokens[told.sentiment != moods.number("angry")]
last = torch.zeros_like(others, dtype=torch.bool)
last[:, -1] = True
push = torch.stack((torch.zeros(64), one.W_dec[latent]))
before, after = steering.added(model, one, others, push, where=last)
change = (after - before)[:, -1].mean(0)
change = change - change.mean()
groups = {f"{m} reactions": moods.reactions(m) for m in moods.MOODS}
both = [(promoted[w].mean(), change[w].mean()) for w in groups.values()]

# %% alt="Table of three rows. Angry reactions: 0.15 by the direct path, 2.57 in the whole model. Happy: 0.03 and minus 1.04. Neutral: minus 0.02 and minus 0.52." caption="What one unit adds to the logits: as the direct path says, and as the model does." tags=["trained"]
tables.plot_table(
    torch.tensor(both),
    rows=list(groups),
    columns=["direct path", "the whole model"],
    label="change of the logit per unit (nats, less the mean over words)",
    limit=2.6,
    signed=True,
)

# %% [markdown]
# Right direction, wrong size. The direct path sees an autoencoder in the middle of the model as if it sat at the end. One more block comes after
# it, reads the note, and turns it into words: seventeen times louder, and it also lowers the happy reactions, of which the decoder row says nothing.
# **A list of promoted words is a hint at what a latent says, and a poor measure of it**.
#
# ## Who speaks to it?
#
# The stream is a [sum](../../glossary.md#residual-stream): the embedding, what each head wrote, what each neuron wrote, biases. The latent's
# value before only the eight largest are kept, its [pre-activation](../../glossary.md#pre-activation), is the stream times the encoder column, plus a constant. So it is a sum of the same
# parts, and [`contributions`][mechnotes.sae.effects.feeding.contributions] gives every one. Nothing is estimated:

# %% tags=["trained"]
ends = torch.zeros_like(told.tokens, dtype=torch.bool)
ends[:, -1] = True
angry = told.sentiment == moods.number("angry")
here, there = (
    feeding.contributions(
        model, one, latent, told.tokens[row], where=ends[row]
    )
    for row in (angry, ~angry)
)
print(f"sum of {here.heads[..., 0].numel()} heads,", end=" ")
print(f"{here.neurons[..., 0].numel()} neurons, embeddings and biases:")
print(f"{here.total()[0]:.4f}, the latent: {here.value[0]:.4f}")

# %% [markdown]
# What makes the latent fire in *angry* stories is not what is large, but what is larger there than in others. So we compare the means:

# %% alt="Bars. Word, place and the heads and neurons of block 0 near 0; head 1.1 gives 1.10, head 1.2 0.33, the neurons of block 1 1.04." caption="Which parts raise the latent in angry stories: mean of each part there, less its mean in other stories." tags=["trained"]
heads = here.heads.mean(-1) - there.heads.mean(-1)
neurons = here.neurons.mean(-1) - there.neurons.mean(-1)
named = {"its word": here.word.mean() - there.word.mean()}
for block in range(2):
    for head in range(4):
        named[f"head {block}.{head}"] = heads[block, head]
    named[f"neurons {block}"] = neurons[block].sum()
gap = here.total().mean() - there.total().mean()
print(f"difference in all {gap:.2f}, largest single neuron", end=" ")
print(f"{neurons.max():.2f}")
scores.plot_shares(
    torch.stack([*named.values()]),
    names=list(named),
    label=f"share of latent {latent} (its own unit)",
)

# %% [markdown]
# Block 0 and the word itself give next to nothing: *she* is no angry word. Head 1.1 gives 1.10 of the difference of 2.57 in the pre-activation (which is below 0 in other stories), head 1.2 another 0.33,
# and the 256 neurons of block 1 together 1.04, no single one of them more than 0.21.
#
# ## What does the head read?
#
# A head's term is a sum again, over the words that it reads ([`by_source`][mechnotes.sae.effects.feeding.by_source]). For head 1.1, at the word
# that tells what happened:

# %% tags=["trained"]
told_more = moods.stories(288)
read = feeding.by_source(
    model, one, latent, told_more.tokens, layer=1, head=1
)[:, -1]
events = model.tokenizer.convert_ids_to_tokens(
    told_more.tokens[:, moods.EVENT]
)
for kind, words in moods.EVENTS.items():
    for word in words:
        at = torch.tensor([event == word for event in events])
        print(f"{kind:8}{word:8}{read[at, moods.EVENT].mean():+.2f}")

# %% [markdown]
# That is a mechanism one can say in a sentence: **head 1.1 looks back at the event, and writes along this latent's encoder column if it was
# *broke*, *lost* or *spoiled***.
#
# ## Could, does, needs
#
# Three different questions about the eight heads below the latent. What *could* a head add: the length of its weights times the encoder column,
# no text at all ([`writers`][mechnotes.sae.effects.writers.writers]). What *does* it add. And what does the latent *need*: how much does it lose if the head says
# only what it says on average ([mean ablation](../../glossary.md#mean-ablation)), with all that follows from it:

# %%
could = writers.writers(model, one, latent).heads
intact = silencing.ablated(model, one, latent, told.tokens, ())
lost = torch.zeros(2, 4)
for block in range(2):
    for head in range(4):
        without = silencing.ablated(
            model, one, latent, told.tokens, [("head", block, head)]
        )
        lost[block, head] = (intact - without)[angry, -1].mean()

# %% alt="Six rows of four heads. Could: between 0.4 and 1.0, head 0.2 highest. Does: head 1.1 1.10, head 1.2 0.33, others near 0. Needs: head 1.1 1.93, head 1.3 0.33, head 0.0 minus 0.39." caption="Three answers to who feeds the latent, in its own unit. The first knows no text." tags=["trained"]
tables.plot_table(
    torch.cat((could, heads, lost)),
    rows=[
        f"{w}, block {n}"
        for w in ("could", "does", "needs")
        for n in (0, 1)
    ],
    columns=[f"head {head}" for head in range(4)],
    label="latent's own unit; 'could' is for an input of length 1",
    limit=2.0,
    signed=True,
)

# %% [markdown]
# By weights alone the strongest is head 0.2, which does nothing here. Weights tell
# who has a wire to the latent, not who uses it. The measured term names head 1.1, and the ablation agrees, and says more: without
# head 1.1 the latent loses 1.9, not 1.1: the neurons after it depend on what it wrote.
#
# ## A trap: mixing up the two directions
#
# Which *word* would raise the latent most, by its embedding? Read along the encoder, as one should:

# %% tags=["trained"]
raised = writers.writers(model, one, latent).words
print(", ".join(word for word, _ in weights.top_words(model, raised, n=4)))
encoder, decoder = one.W_enc[:, latent], one.W_dec[latent]
cosine = torch.cosine_similarity(encoder, decoder, dim=0)
print(f"cosine of encoder and decoder {cosine:.2f}")
shown = "at the park Mary lost a coat . she stamped"
fires = sae.extract(model, one, shown).dense(latents=[latent])[0, :, 0]
print(f"on 'she' {fires[-2]:.2f}, on 'stamped' {fires[-1]:.2f}")

# %% [markdown]
# Reactions, again! But on *stamped* itself the latent is off: the word's own embedding is only one term of the sum. This model uses one matrix to read words and to say them, and
# the encoder column lies close to the decoder row (cosine 0.63), so what raises the latent and what it raises look alike here, and nobody notices if the two are swapped. Where
# reading and saying have separate matrices, the mistake is a gross one. Try it on weights into which a path was written:

# %%
catalog.find("E30")

# %% [markdown]
# A first attempt that swaps them:


# %%
def attempt(parts, encoder, decoder, W_U):
    said = encoder @ W_U
    return torch.outer(parts @ decoder, said - said.mean())


# %%
catalog.check("E30", attempt)

# %% [markdown]
# ## The other two autoencoders
#
# Was it luck? The same question to all three: which latent is chosen for a mood, which part feeds it most, and how much of it is also there in
# stories of other moods?

# %%
ends_of = {}
for seed in range(3):
    other = sae.load("storybook", f"block-1-topk-512-seed-{seed}")
    found = moods.choose(model, other)
    mine, rest = (
        feeding.contributions(
            model, other, found.latent, told.tokens[row], where=ends[row]
        )
        for row in (angry, ~angry)
    )
    ((part, share),) = feeding.strongest(mine, against=rest, n=1)
    ends_of[seed] = (found, part, share)

# %% tags=["trained"]
for seed, (found, part, share) in ends_of.items():
    print(
        f"seed {seed}: latent {found.latent}, {found.sentiment}, "
        f"{found.unit:.1f} against {found.elsewhere:.1f} elsewhere; "
        f"{part[0]} {part[1]}.{part[2]} gives {share:.2f}"
    )

# %% [markdown]
# All three find a latent for anger, and all three are fed most by head 1.1: the head belongs to the model, and the model is the same. But in
# the first the latent is on in every story, only *higher* in angry ones. What was on or off in one dictionary is a matter of degree in another.
# That a latent is clean says something about the autoencoder, not only about the model.

# %% [markdown]
# ## What this page claims

# %%
assert mood == "angry" and (values[angry] > 1.5).all()
assert (values[~angry] > 0).float().mean() < 0.02
assert torch.allclose(here.total(), here.value, atol=1e-3)
anger = moods.reactions("angry")
assert (promoted.argsort(descending=True)[:8, None] == anger).sum() == 4
assert (change.argsort(descending=True)[:4, None] == anger).sum() == 4
assert change[anger].mean() > 12 * promoted[anger].mean()
assert heads.flatten().argmax() == lost.flatten().argmax() == 5
assert could.flatten().argmax() == 2 and abs(heads[0, 2]) < 0.05
assert all(part == ("head", 1, 1) for _, part, _ in ends_of.values())

# %% [markdown]
# Next: [What happens if it is turned up, or off?](60_ablate_and_steer.py)
