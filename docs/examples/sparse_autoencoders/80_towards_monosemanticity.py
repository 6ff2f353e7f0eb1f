# ---
# summary: >-
#   One neuron of the storybook model fires on three things that have nothing to do with each other. An autoencoder takes
#   it apart. Then the sober part: how much of that is the autoencoder's merit, and how much anything sparse would do.
# needs:
#   - "[train your own](40_train_your_own.py)"
#   - "[superposition](../../notes/superposition.py)"
# ---

# %% [markdown]
# # What does one neuron say?
#
# The paper *Towards Monosemanticity* opens with a neuron of a small language model that answers to citations, to English
# dialogue, to HTTP requests and to Korean. It is [polysemantic](../../glossary.md#polysemantic): whoever reads it
# alone learns little. Our model has read stories about forty people. Has it got such neurons too, and what takes them apart?

# %%
import torch

from mechnotes import claims, models, sae
from mechnotes.plots import curves, scores, tables
from mechnotes.sae.meaning import (
    candidates,
    decomposition,
    labels,
    properties,
    specificity,
)
from mechnotes.sae.meaning import claims as measured

model = models.load("storybook")
text = labels.passages(320)

# %% [markdown]
# ## Look for the worst
#
# Block 1 has 256 [neurons](../../glossary.md#neuron). A neuron *fires* where it is above 0, and what it *says* at a token is the
# square of its value there. The grammar knows which slot of which kind of sentence each token fills, so we can ask how all that a neuron
# says is shared out over the slots ([`shares`][mechnotes.sae.meaning.specificity.shares]). The worst neuron is the one that says most in
# its *third* most important kind of sentence:

# %%
neurons = candidates.neurons(model, 1, text).values
fires = neurons.clamp(min=0)
slots = properties.slots(text)
shares = specificity.shares(fires, slots.truth)
kinds = [name.split(":")[0] for name in slots.names]
of_kind = {k: torch.tensor([k == other for other in kinds]) for k in kinds}
best = torch.stack([shares[:, own].amax(1) for own in of_kind.values()])
neuron = int(best.sort(0, descending=True).values[2].argmax())
often = (fires[:, neuron] > 0).float().mean()
print(f"neuron 1.{neuron} fires on {often:.1%} of the tokens")

# %% alt="Six bars. Three are long, 0.40, 0.29 and 0.27: the word felt in stories about feelings, opening marks in nested groups, the word a in sentences about giving. The others are close to 0." caption="Where neuron 1.63 says what it says: three unrelated slots make up nearly all of it."
top = shares[neuron].argsort(descending=True)[:6]
scores.plot_shares(
    shares[neuron, top],
    names=[slots.names[i] for i in top],
    label="share of all that the neuron says",
)

# %% [markdown]
# The word *felt* (0.40), an opening bracket or quotation mark (0.29), the *a* of somebody who gives *a map* (0.27). The strongest tokens of
# each:

# %%
vocabulary = model.tokenizer.convert_ids_to_tokens(range(232))
for slot in top[:3]:
    here = fires[:, neuron] * slots.truth[:, slot]
    for token in here.topk(3).indices.tolist():
        row, pos = divmod(token, 63)
        said = [vocabulary[w] for w in text.tokens[row, : pos + 2]]
        print(f"{here[token]:.2f}  {' '.join(said[-9:])}")

# %% [markdown]
# Closer still: *felt* after what somebody did ("nodded and felt"), a mark that opens inside another group, the *a* after two people
# had a talk. These have nothing in common that we could name.
#
# ## Take it apart
#
# An [autoencoder](../../glossary.md#sparse-autoencoder) of these 256 neurons rewrites all of them at once as a sum of eight out of 1,024
# learnt directions. So it also says of *this* neuron what each [latent](../../glossary.md#latent) adds to it at each token
# ([`decompose`][mechnotes.sae.meaning.decomposition.decompose]):

# %% alt="Table of three slots by six latents. Each slot has two latents of its own, which add 0.07 to 0.17 to the neuron; the other cells are 0.00." caption="What six latents add to neuron 1.63 where it means one of its three things." tags=["trained"]
mlp = sae.load("storybook", "mlp-1-topk-1024-seed-0")
apart = decomposition.decompose(model, mlp, text, neuron=neuron)
added = apart.parts.T @ slots.truth[:, top[:3]].float()
added = (added / slots.truth[:, top[:3]].sum(0)).T
chosen = [int(latent) for row in added for latent in row.topk(2).indices]
tables.plot_table(
    added[:, chosen],
    rows=[slots.names[i] for i in top[:3]],
    columns=[str(latent) for latent in chosen],
    label="what each latent adds, mean over the slot",
    limit=0.2,
    signed=True,
)

# %% [markdown]
# On different tokens, different latents make up the same neuron, and none of the six adds to a thing that is not its own. What do
# they answer to elsewhere? The best of several hundred properties for each, with [precision](../../glossary.md#precision) and
# [recall](../../glossary.md#recall) on texts that were not used to choose it:

# %% tags=["trained"]
latents = candidates.latents(model, mlp, text, name="latent").values
known, half = properties.properties(text), labels.first_half(text)
described = specificity.describe(latents, known.truth, chosen=half)
print(f"explained of neuron 1.{neuron}: {apart.explained:.0%}")
for latent in chosen:
    name = known.names[described.property[latent]]
    precision = described.precision[latent]
    recall = described.recall[latent]
    print(f"{latent:5} {name:20} P {precision:.2f}  R {recall:.2f}")

# %% [markdown]
# Two latents for *felt*, two for opening marks, two for *a*. They are no tidy pieces: the recalls of a pair add up to more than 1, so both fire on some
# tokens, and 726 fires elsewhere half of the time. That several latents share one thing is often called [splitting](../../glossary.md#feature-splitting); to show it,
# one would compare a smaller [dictionary](../../glossary.md#dictionary).

# %% [markdown]
# ## Is that the rule?
#
# One neuron is an anecdote, and we took the worst. So for every unit: the largest share of all it says that lies on *one narrow
# property*, such as a word or a slot ([`specificity`][mechnotes.sae.meaning.specificity.specificity]). It is 1 for a unit
# that speaks of one thing, 1/n for one that speaks equally of n. Beside latents and neurons stand two controls. *Rotated*
# neurons carry the same information along axes that mean nothing. *Random directions* are as many as the latents, and of them too
# only the eight strongest are kept at each token: equally sparse, but nothing was learnt.

# %% alt="Four falling curves. Above a specificity of 0.8 lie 55 percent of the latents, 22 percent of the random directions, 6 percent of the neurons and none of the rotated neurons." caption="How many units of the MLP in block 1 are how specific." tags=["trained"]
found = measured.of_mlp()
levels = torch.linspace(0, 0.98, 99)
curves.plot_lines(
    levels,
    {
        name: (one[~one.isnan()] > levels[:, None]).float().mean(1)
        for name, one in found.items()
    },
    x_label="specificity (1: speaks of one thing)",
    y_label="share of units above it",
)

# %% tags=["trained"]
for name, one in found.items():
    print(f"{name:18} median {one.nanmedian():.2f}")
claims.badge(measured.more_specific)

# %% [markdown]
# Latents are far more specific than neurons, as published; and neurons more than rotated neurons, because the nonlinearity makes their axes
# special. But look at the curve of the random directions. They cover a third of the way from neurons to latents:

# %% tags=["trained"]
claims.badge(measured.without_learning)

# %% [markdown]
# What fires seldom says few things. Who compares learnt latents with dense neurons gives learning the credit for sparsity too.
#
# ## And if the model knows nothing?
#
# The hardest control: autoencoders trained in the same way on the stream of a model that has read nothing, whose weights are random.

# %% alt="Four falling curves. Between 0.7 and 0.9 the latents of the model that has read and of the one that has not lie close together. Random directions are lower, in the model that has not read lowest." caption="Latents of the stream after block 1 in both models, and random directions in both; all three autoencoders of a model together." tags=["trained"]
read, blank = (measured.stream(read=knows) for knows in (True, False))
pooled = {}
for name, units in {"read": read, "not read": blank}.items():
    random, *own = units.values()
    for kind, one in (("latents", torch.cat(own)), ("random", random)):
        above = one[~one.isnan()] > levels[:, None]
        pooled[f"{kind}, {name}"] = above.float().mean(1)
curves.plot_lines(
    levels,
    pooled,
    x_label="specificity (1: speaks of one thing)",
    y_label="share of units above it",
)

# %% tags=["trained"]
claims.badge(measured.without_reading)

# %% [markdown]
# Of latents with a specificity above 0.8 the model that has read nothing has nearly as many. The word itself is in its stream too, and words are specific.
# So a latent with a good description need not be anything that the model has *learnt*.
#
# What one does not expect in such a model is a latent for something that must be worked out. (A probe on its stream would say whether the information is missing, or only the latent; not run.) Five questions, most of them of that kind, with the best
# unit of each bank, chosen on one half of the texts and judged on the other
# ([`storybook_banks`][mechnotes.sae.meaning.candidates.storybook_banks]):

# %% tags=["trained"]
table = measured.table()
table

# %% [markdown]
# Column by column:
#
# - **Giver names**: one latent, with every seed, is as good as the probe. Its precision of 0.83 is five sixths: in one sentence of six a third
#   person gives, the latent fires on that one too, and our label does not count them. But there is a *neuron* that does as well.
# - **Receiver names** are where the autoencoder earns its keep: no neuron and no dimension finds them, one latent does, and with one seed of three
#   as well as the probe.
# - **Inside a quotation**: halfway. Latents are ahead of neurons and far behind the probe.
# - **Angry words**: with two seeds of three a latent fires on *broke*, *lost* and *spoiled*, nearly every time, and on none of the eight
#   angry feelings and reactions (the third catches only a third of the angry words). It means *something bad happened*, not *angry*. **Happy words** are cut up in the same way, or
#   not found: with seed 0 the best latent fires on happy, angry and neutral events alike. The probe reads both labels almost without error.
# - In the model that has read nothing no label gets beyond an F1 of 0.4: it has words, and a label of eleven words is no word.

# %% tags=["trained"]
for row, name in enumerate(table.labels):
    latent, unit, probe, blank_one = table.f1[row, [0, 3, 5, 6]]
    print(
        f"{name:18} F1: latent {latent:.2f}  neuron {unit:.2f}  "
        f"probe {probe:.2f}  untrained {blank_one:.2f}"
    )

# %% tags=["trained"]
claims.badge(measured.behind_the_probe)

# %% [markdown]
# ## What to take away
#
# 1. **A neuron can have several unrelated meanings**: the first figure, with three slots from three kinds of sentences.
# 2. **A dictionary of directions takes them apart**: the table of six latents, for the six largest contributors.
# 3. **Over all units, latents are more specific than neurons**: the first set of curves. Bricken et al. say that of
#    their model, where people judged; here a grammar does.
# 4. **There are more of them than neurons, and several to a thing**: 1,024 for 256 neurons, and two for *felt*.
# 5. **Not all of it is learnt**: the same curves. Sparsity alone brings a third of the lead.
# 6. **Specific does not mean that the model has learnt it**: the second set of curves.
# 7. **A label need not have a latent**: *happy words* and *angry words* in the last table. The autoencoder cuts where it is cheap to
#    cut, not where we would.
#
# The paper's other point, that a latent can be turned up to change what the model says, has [a page of its own](60_ablate_and_steer.py).

# %% [markdown]
# ## What this page claims

# %%
assert shares[neuron, top[:3]].sum() > 0.9
assert {kinds[i] for i in top[:3]} == {"feeling", "nesting", "giving"}
own = torch.zeros_like(added[:, chosen], dtype=torch.bool)
own[torch.arange(3).repeat_interleave(2), torch.arange(6)] = True
assert added[:, chosen][own].min() > 0.05
assert added[:, chosen][~own].abs().max() < 0.02
assert apart.explained > 0.85
latent, unit, turned, random = (one.nanmedian() for one in found.values())
assert latent > random > unit > turned
happy, angry, giver, receiver, _ = table.f1
assert giver[:4].min() > giver[5] - 0.05
assert receiver[:3].min() > receiver[3:5].max() + 0.3
assert (happy + angry)[5] - (happy + angry)[:3].max() > 0.4
assert table.f1[:, 6:].max() < 0.4

# %% [markdown]
# Next: [Three ways to keep latents few](85_three_architectures.py)
