# ---
# summary: >-
#   One layer adds tables of skip-trigrams: keep ... in mind. We read them off the weights, add up all paths, and
#   look for the bug that the tables must have. The tables have it. The models found a way around.
# needs:
#   - "[zero layers](10_zero_layers.py)"
# ---

# %% [markdown]
# # What does one layer add?
#
# "Keep" stands somewhere in the text, now comes "in", and the next word will be "mind". Three words, the first
# anywhere before the other two: a [*skip-trigram*](../../glossary.md#skip-trigram), of a *source* (keep), a
# *destination* (in) and an *output* (mind). A [head](../../glossary.md#attention-head) is made for it: at "in" it
# looks for "keep", and what it finds there raises "mind". The paper that took such models apart says that this is all
# one layer does, that it can be read off the weights, and that it has a bug. We check all three.

# %%
import torch

from mechnotes import claims, experiments
from mechnotes.circuits.attention_only import model
from mechnotes.circuits.bigrams import claims as measured
from mechnotes.circuits.bigrams import (
    config,
    evaluation,
    paths,
    skip_trigrams,
    tables,
    training,
    uplifts,
)

# %%
from mechnotes.exercises import products as exercises
from mechnotes.plots import curves, labels, scatter, strips, style
from mechnotes.plots import tables as drawn

# %% [markdown]
# ## Take the logits apart
#
# We start with twenty tokens, a [Markov chain](../../glossary.md#markov-chain) of bigrams, and eight skip-trigrams
# laid over it, each of which decides with probability 0.9. Three models of one layer and four heads were trained on
# it. Freeze who looks at whom, and the [logits](../../glossary.md#logit) are a sum of
# [*paths*](../../glossary.md#path): straight from the embedding, or through one head.

# %%
trained = experiments.load(training.train, "one-layer-skip-trigrams")
texts = evaluation.held_out_texts("one-layer-skip-trigrams", n_texts=64)
parts = paths.expand(trained.weights, texts)
logits = model.logits(trained.weights, texts)
print("paths:", ", ".join(parts))
error = (paths.total(parts) - logits).abs().max().item()
print(f"their sum differs from the logits by at most {error:.0e}")

# %%
claims.badge(measured.path_identity)

# %% [markdown]
# Nothing is left over. (Positions go along every path, too: leave them out and the sum is wrong.)

# %% [markdown]
# ## Two tables for each head
#
# A path through a head has two factors. The *query-key* table says how strongly each destination looks at each
# source, the *output-value* table which outputs a source raises when it is looked at. Multiply them and add up the
# heads. One thing is easily forgotten: attention adds up to 1. When a head turns to the source it turns *away* from
# something, and what that was saying is gone. So what the logits gain, the
# [`uplift`][mechnotes.circuits.bigrams.skip_trigrams.SkipTrigrams.uplift], is what the source says less what was heard
# before.

# %%
table = evaluation.skip_trigram_table(trained)
planted = set(trained.config.triples)
for entry in tables.strongest(table[0], count=10):
    triple = (entry.source, entry.destination, entry.output)
    mark = "in the language" if triple in planted else ""
    print("{:2} ... {:2} -> {:2}".format(*triple), end="")
    print(f"   {entry.nats:+.2f} nats   {mark}")

# %% [markdown]
# The eight strongest of 8,000 entries are the eight skip-trigrams of the language, then comes a gap. Does the table also
# foretell what happens in texts? We put each source into 256 held-out texts and look at the logits after each destination.

# %% alt="Dots along a rising diagonal: most in a heap at zero, eight between 1.6 and 4 nats, one at minus 1.5." caption="All 8,000 skip-trigrams of one model: read off weights, and measured." tags=["trained"]
found, read, exchanged = evaluation.compared_uplifts(trained)
pairs = torch.stack((read[0].flatten(), found[0].flatten()))
shown = pairs[:, pairs.abs().amax(0) > 0.05]
scatter.plot_agreement(
    shown[0],
    shown[1],
    x_label="read off weights (nats)",
    y_label="measured in texts (nats)",
)

# %%
claims.badge(measured.uplift_agreement)

# %% [markdown]
# (Only entries beyond 0.05 nats are drawn; the badge counts all.) The control, inside the badge, gives each head the words of another one:
# then the rank correlation falls from 0.93 to 0.33. So the tables are real. But they do not come from the weights *alone*: to know what the source
# displaces one has to know which words compete for attention, and that is a matter of the texts. (That one layer is more
# than its skip-trigrams was objected by B. Shlegeris in 2022. We shall see how much more.)

# %% [markdown]
# ## The bug, in theory
#
# Take one head that has to serve two skip-trigrams of one source, keep ... in mind and keep ... at bay. What "keep"
# says is attention (one number for each destination) times words (one number for each output): a column times a row.
# Both "in" and "at" must look, both "mind" and "bay" must be said, so "keep" also says *bay* after "in" and *mind* after
# "at". Nobody wanted that. A matrix of a column times a row has [rank](../../glossary.md#rank) one, and the wish list,
# yes on the diagonal and no beside it, has rank two.

# %%
two_pairs = experiments.load(training.train, "one-head-two-pairs")
known = evaluation.learnt(two_pairs)
knowing = two_pairs.weights.each(lambda W: W[known])
before = training.probe_texts(two_pairs.config)[:, :-1]
said = skip_trigrams.read(knowing).spoken(before)
print(f"{known.sum()} of {len(known)} models have learnt both pairs")

# %% [markdown]
# Twenty-four models with a single head were trained on just these two pairs. Each text opens with "keep" or with
# something else, and nothing but the pairs can be predicted. Five models serve one pair perfectly and are silent on the
# other; what does "keep" say in those that know both?

# %%
K, IN, AT = config.KEEP, config.IN, config.AT
outputs = [config.MIND, config.BAY, config.WORDS.index("the")]
others = [i for i in range(10) if i not in (K, IN, AT, *outputs[:2])]


def above(rows):
    return rows - rows[..., others].mean(-1, keepdim=True)


# %% alt="Table of in and at against mind, bay and the. After both, keep says mind and bay by 2.0 nats each, and nothing on the." caption="What keep says: attention times words, read off weights, mean over models." tags=["trained"]
drawn.plot_table(
    above(said)[:, [IN, AT], K][:, :, outputs].mean(0),
    rows=("keep ... in", "keep ... at"),
    columns=("mind", "bay", "the"),
    label="nats above words that are in no pair",
    limit=5.0,
    signed=True,
)

# %% [markdown]
# There it is. After "in", the table raises *bay* as much as *mind*.

# %%
claims.badge(measured.spoken_leak)

# %% [markdown]
# ## The bug, in the models
#
# Now run the models, with "keep" in the first place and without, and look at the logits.

# %%
probes = training.probe_texts(two_pairs.config)
first = torch.zeros(len(probes), dtype=torch.int64)
gained = torch.stack(
    [
        uplifts.measured(knowing, probes, first, destination=word)[:, K]
        for word in (IN, AT)
    ],
    dim=1,
)

# %% alt="The same table with what the logits gain: about 4.4 nats on the diagonal, about 0.1 beside it." caption="What the logits gain from keep, measured in texts, mean over the same models." tags=["trained"]
drawn.plot_table(
    above(gained)[:, :, outputs].mean(0),
    rows=("keep ... in", "keep ... at"),
    columns=("mind", "bay", "the"),
    label="nats above words that are in no pair",
    limit=5.0,
    signed=True,
)

# %% [markdown]
# No bug. The table said it *must* be there, the models do not have it. Where does it go? Into what the head heard before:
# without "keep" it does not look at nothing, it looks at the destination itself. "In" says something about *bay*, and
# "at" about *mind*, which the direct path makes up for. When "keep" comes, the head turns away, and what it no longer hears
# differs from destination to destination. The rank-one argument holds for what one source says. It does not hold for what
# the logits gain.

# %%
own = above(skip_trigrams.read(knowing).outputs)[:, 0]
pairs = {
    "in": (IN, config.BAY, config.MIND),
    "at": (AT, config.MIND, config.BAY),
}
for name, (word, unwanted, wanted) in pairs.items():
    gap = (own[:, word, unwanted] - own[:, word, wanted]).mean()
    print(
        f"the head at {name!r}, looking at itself, says the unwanted"
        f" word {gap:.1f} nats more than the wanted"
    )

# %% [markdown]
# The models did not know that from the beginning. The unwanted uplift through training:

# %% alt="Lines over 1500 steps. The wanted uplift rises to four nats within a hundred steps and stays. The unwanted one rises with it to between two and four, then falls to about zero by step 700." caption="Uplift of wanted and unwanted outputs in the models that end up knowing both pairs; each thin line is one model." tags=["trained"]
figure, ax = style.figure(5.8, 3.2)
steps = torch.tensor(two_pairs.config.curve_steps).double()
labels.name_axes(ax, x_label="step", y_label="uplift (nats)")
for name, curve, color in (
    ("wanted", two_pairs.wanted_curve, "clean"),
    ("unwanted", two_pairs.unwanted_curve, "corrupted"),
):
    curves.draw_seeds(ax, steps, curve[:, known].T, color=color, label=name)
labels.spread_labels(figure)

# %% [markdown]
# So the bug is where the theory says, for some hundred steps; then it is mended. Whether anything of it remains?
# The wanted words gain 4.4 nats. In some models the unwanted ones end a little above every unrelated word, in some
# a little below, and the claim that they end above it in *all* models differs:

# %%
claims.badge(measured.logit_leak)

# %% [markdown]
# ## Try harder to break it
#
# Can a second source close the way around? Let "hold" want the opposite: hold ... in *bay*, hold ... at *mind*. Now
# "in" must stay neutral when it looks at itself, since each word is wanted half of the time.

# %% alt="Three rows of dots. One head and two pairs: unwanted uplift near 0. One head and crossed pairs: six of eight models at 3.5 nats, two below 0. Two heads and crossed pairs: all near 0." caption="Unwanted uplift at the end of training; every dot is a model." tags=["trained"]
ends = {"two pairs, one head": two_pairs.unwanted_curve[-1, known]}
for heads in ("one-head", "two-heads"):
    crossed = experiments.load(training.train, f"{heads}-crossed")
    name = f"crossed, {heads.replace('-', ' ')}"
    ends[name] = crossed.unwanted_curve[-1]
strips.plot_strips(
    ends, label="uplift of unwanted outputs (nats; 0 is no leak)"
)

# %% [markdown]
# Now the bug is there to stay: six of eight models raise both words by the same 3.5 nats. The other two do not leak, but
# do they say what they should?

# %%
one = experiments.load(training.train, "one-head-crossed")
for name, curve in (
    ("wanted", one.wanted_curve),
    ("unwanted", one.unwanted_curve),
):
    print(f"{name:10}", [f"{v:.1f}" for v in curve[-1].tolist()])

# %% [markdown]
# Those two give up part of what is wanted. No model with one head comes near the lowest possible loss. With a
# second head all eight solve it, since each head has only one source to get right.

# %%
claims.badge(measured.crossed_excess)

# %% [markdown]
# And two sources with *one* destination, keep ... in mind and hold ... in bay? There nothing forces "keep" to say
# "bay", since each source has words of its own. The other source's word is even lowered, by 1 nat. (Our list of numbers to reproduce had this
# case for the paper's, whose bug has one source and two destinations. So the verdict is *differs*, and the list was wrong.)

# %%
claims.badge(measured.two_source_leak)

# %% [markdown]
# ## Try it
#
# The paths of one layer, from tokens to logits, in your own words. A first attempt has forgotten something:

# %%
exercises.path_sum


# %%
def no_places(tokens, *, W_E, W_pos, **others):
    nowhere = torch.zeros_like(W_pos)
    return paths.one_layer(tokens, W_E=W_E, W_pos=nowhere, **others)


exercises.path_sum.check(no_places)

# %% [markdown]
# ## What this page claims

# %%
assert error < 1e-4
top = tables.strongest(table[0], count=8)
assert {(e.source, e.destination, e.output) for e in top} == planted
spoken, real = above(said)[:, [IN, AT], K], above(gained)
assert (spoken[:, 0, config.BAY] + spoken[:, 1, config.MIND]).min() > 1
assert (
    real[:, 0, config.BAY].mean() < 0.3 < 3 < real[:, 0, config.MIND].mean()
)
assert two_pairs.unwanted_curve[:, known].amax(0).median() > 3
assert (ends["crossed, one head"] > 3).sum() == 6
assert (ends["crossed, two heads"].abs() < 0.5).all()
assert claims.verdict(measured.spoken_leak).verdict == "reproduced"
assert claims.verdict(measured.logit_leak).verdict == "differs"

# %% [markdown]
# Next: [What can heads do by adding?](30_heads_add_and_erase.py)
