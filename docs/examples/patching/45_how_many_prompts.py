# ---
# summary: >-
#   Patch every place on one pair of prompts and some place always looks important. We ask 64 other pairs
#   about everything that one pair named, and count how many pairs it takes to be right.
# needs:
#   - "[how to patch](../../notes/patching.py)"
#   - "[which metric misleads](40_metrics.py)"
# ---

# %% [markdown]
# # How many prompts?
#
# A sweep looks at many places at once: in the storybook model twelve heads at fifteen words, 180 of them.
# Somebody who shows you the strongest of 180 numbers, measured on a single pair of prompts, has shown you
# a maximum. How much of what one pair shows is the model, and how much the words of that pair?

# %%
import torch

from mechnotes import claims, models, prompts
from mechnotes.patching import activation, replication
from mechnotes.patching import storybook_claims as measured
from mechnotes.plots import curves, strips, style

# %% [markdown]
# ## One pair, told convincingly
#
# We patch every head at every word of 64 pairs, and of 64 *other* pairs that will be the judges. From the
# first set we pick the pair that misleads most. Unfair, but it is the pair you might have started with.

# %%
model = models.load("storybook/seed-2")
pairs = prompts.ioi(n_pairs=64, seed=0)
found = activation.patch(model, pairs, positions="each")
others = activation.patch(
    model, prompts.ioi(n_pairs=64, seed=1), positions="each"
)

# %%
alone = replication.replicate(found, others, n_pairs=1)
worst = int(alone.refuted.argmax())
print(f"{pairs.clean_text[worst]} -> {pairs.answer_words[worst]}")
single = replication.in_groups(found, n_pairs=1)[worst]
strongest = single.abs().flatten().argsort(descending=True)[:4]
places = [torch.unravel_index(i, single.shape) for i in strongest]
for layer, head, pos in places:
    print(
        f"head {layer}.{head} at word {pos:2}: "
        f"recovered {single[layer, head, pos]:+.2f}"
    )

# %% [markdown]
# A story offers itself: head 0.0 carries the answer, 1.3 helps, 1.0 and 2.3 work *against* it. Four findings from
# one pair. What do the judges say?

# %% alt="Four rows of 64 dots. Head 0.0 lies around 1 and head 1.3 around 0.26; heads 1.0 and 2.3 lie in a narrow heap at 0." caption="The same four places on each of 64 other pairs; every dot is one pair." tags=["trained"]
judged = replication.in_groups(others, n_pairs=1)
strips.plot_strips(
    {
        f"head {layer}.{head}": judged[:, layer, head, pos]
        for layer, head, pos in places
    },
    label="recovered (0 corrupted, 1 clean)",
)

# %% [markdown]
# Two of four stand. The two that worked against the answer do next to nothing on other pairs. The mean says how much, and
# its [standard error](../../glossary.md#standard-error) how well we know it, if there is more than one pair to take it from:

# %%
gap = (others.clean - others.corrupted).mean()
for layer, head, pos in places:
    mean = others.recovered[layer, head, pos]
    error = others.standard_error[layer, head, pos] / gap
    print(f"head {layer}.{head}: {mean:+.3f} ± {error:.3f}")

# %% [markdown]
# ## How many pairs are enough?
#
# Cut the 64 pairs into groups, name the places that recover over 10 % on a group's mean, and ask the judges: a named
# place is *refuted* if it recovers under 5 % on them. All three models:

# %%
sizes = (1, 2, 4, 8, 16, 32)
shares = torch.zeros(3, len(sizes))
for seed in range(3):
    other = models.load(f"storybook/seed-{seed}")
    first, second = (
        activation.patch(
            other, prompts.ioi(n_pairs=64, seed=n), positions="each"
        )
        for n in (0, 1)
    )
    for i, n_pairs in enumerate(sizes):
        counted = replication.replicate(first, second, n_pairs=n_pairs)
        shares[seed, i] = counted.share_refuted

# %% alt="Three falling lines. With one pair 6 to 10 percent of the named places are refuted, with two 0 to 1.4 percent, from four on none." caption="Places that a group of pairs names and other pairs refute, three models." tags=["trained"]
figure, ax = style.figure(5.6, 3.0)
curves.draw_seeds(
    ax, torch.tensor(sizes).log2(), shares, color="clean", dots=True
)
ax.set_xticks(range(6), [str(n) for n in sizes])
ax.set(xlabel="pairs in a group", ylabel="share of named places refuted")
style.settle(figure)
figure

# %% [markdown]
# With one pair, one named place in twelve is wrong; with two, hardly any; from four on, none. That sounds harmless, because the
# right places are named again by every pair and the wrong ones by one or two. Count each place once:

# %%
named = replication.in_groups(found, n_pairs=1).abs() >= 0.1
ever = named.any(0)
refuted = ever & (others.recovered.abs() < 0.05)
strongest_wrong = sum(
    bool(refuted[torch.unravel_index(one.abs().argmax(), one.shape)])
    for one in replication.in_groups(found, n_pairs=1)
)
print(f"different places named: {int(ever.sum())}")
print(f"of these refuted: {int(refuted.sum())}")
print(f"pairs whose strongest place is refuted: {strongest_wrong} of 64")

# %% [markdown]
# Half of the different places are false, and none of them is any pair's strongest. So a single pair can be trusted with
# its first finding and not with its list. This is a small, clean model with prompts of one kind. Where effects are weaker, the
# curve falls later: draw it for your own sweep before you believe its third-best head.

# %%
claims.badge(measured.refuted_by_other_pairs)

# %% [markdown]
# ## Where do the false ones come from?
#
# `recovered` divides by the gap between the clean and the corrupted run. On some pairs the model hardly prefers the right
# name, the gap is small, and everything divided by it is large. Are those the pairs that mislead?

# %% alt="Two rows of dots. Pairs that mislead have gaps from 0.2 to 12 nats, most of them below 5; the others lie around 6." caption="Gap between clean and corrupted run, for pairs that name a refuted place and for the rest." tags=["trained"]
gaps = found.clean - found.corrupted
misleads = alone.refuted > 0
strips.plot_strips(
    {"pairs that mislead": gaps[misleads], "all others": gaps[~misleads]},
    label="logit difference, clean less corrupted (nats)",
)

# %% [markdown]
# Often, not always: the gaps are smaller by a third on average, but a few pairs mislead with a wide gap. So two habits. Divide the *mean*
# effect by the *mean* gap, as [`recovered`][mechnotes.patching.results.PatchResult] does, and never average ratios. And
# give the standard error over pairs with every number: it is the cheapest way to be told that you are looking at one
# sentence.

# %% [markdown]
# ## What this page claims

# %%
means = [others.recovered[place].item() for place in places]
assert min(means[:2]) > 0.2 and max(abs(m) for m in means[2:]) < 0.05
assert min(abs(single[place]) for place in places) > 0.3
assert (shares[:, 0] > 0.05).all() and (shares[:, 3:] == 0).all()
assert 0 < misleads.sum() < 20
assert strongest_wrong == 0 and refuted.sum() >= 0.4 * ever.sum()
assert gaps[misleads].mean() < 0.75 * gaps[~misleads].mean()

# %% [markdown]
# Next: [Three ways to take something away](50_ablations.py)
