# ---
# summary: >-
#   The network turns numbers into angles, adds the angles and reads the sum off where waves agree. First
#   with weights written by hand, then read from the trained ones, step by step.
# needs:
#   - "[long after memorising](10_long_after_memorising.py)"
# ---

# %% [markdown]
# # How does the network add?
#
# The trained network answers pairs that it never saw, so it must do something that works for all of them. What, cannot
# be seen in a list of 226,688 weights. We first write down weights that add, then look for the same steps in the
# trained ones.

# %%
import torch

from mechnotes import claims, experiments
from mechnotes.grokking import by_hand, fourier, model, pairs, waves
from mechnotes.grokking.losses import accuracy, cross_entropy
from mechnotes.plots import curves, rotations

# %% [markdown]
# ## By hand
#
# Counting modulo *p* is going round a circle. Put number *a* at the angle *wa* with *w = 2πk/p*, for some
# frequency *k*: then 0 and *p* are the same place, and adding numbers is adding angles. *Any* *k* from 1 to
# *(p − 1)/2* will do; a larger one takes longer steps.

# %% alt="Three circles of 113 points. With k = 5 the numbers 0, 1, 2 are a small step apart, with k = 16 about a seventh of the circle, with k = 40 more than a third." caption="The same 113 numbers at three frequencies. The first three are named."
p, ks = 113, (5, 16, 40)
circles = [fourier.circle(by_hand.network(p, (k,)).W_E[:-1], k) for k in ks]
rotations.plot_circles(
    torch.stack(circles), frequencies=ks, titles=[f"k = {k}" for k in ks]
)

# %% [markdown]
# A network has no angles, only coordinates: *cos wa* and *sin wa*. Four steps take it from there to the sum.
#
# 1. **Embedding**: number *a* becomes *(cos wa, sin wa)*, for each of a few frequencies.
# 2. **Attention** brings the points of *a* and *b* to "=" and adds them. The sum of two points on a circle lies at
#    the angle *half-way*, *w(a + b)/2*, at a distance *2|cos(w(a − b)/2)|*.
# 3. **Neurons** look at that point from all sides. A ReLU of a cosine contains its double angle, so
#    weighted sums of them give *cos w(a + b)* and *sin w(a + b)*.
# 4. **Unembedding**: the logit of answer *c* is *cos w(a + b) cos wc + sin w(a + b) sin wc = cos(w(a + b − c))*,
#    largest where *c* is the sum.
#
# [`by_hand.network`][mechnotes.grokking.by_hand.network] is these four steps as weights of our transformer. How many frequencies
# does it need?

# %%
every = pairs.every(p)
frequencies = (7, 32, 38, 47)
for n in (1, 2, 3, 4):
    weights = by_hand.network(p, frequencies[:n], gain=30 / n)
    logits = model.logits(weights, every)
    right = accuracy(logits, every.sums)
    loss = cross_entropy(logits, every.sums)
    print(f"{n} waves: {right:.0%} right, loss {loss:.2f}")

# %% [markdown]
# One is enough to be right and not enough to be sure. A single wave is nearly flat at its top, so the answers next to
# the sum (next on *its* circle) are almost as good; and it vanishes for pairs with *cos(w(a − b)/2)* near 0. Several
# waves agree at the sum and nowhere else:

# %% alt="Logit against distance from the right answer. One wave of k = 7 swings evenly with seven tops of equal height. Four waves together have one high peak at distance 0 and stay below 60 percent of it elsewhere." caption="Mean logit of each answer by its distance from the sum, as a share of the height at the sum: one wave, and four."
offsets = torch.arange(-56, 57)
profiles = {}
for name, chosen in (("one wave", (7,)), ("four waves", frequencies)):
    logits = model.logits(by_hand.network(p, chosen), every)
    around = waves.around_answer(logits)
    profiles[name] = (around / around[0])[offsets % p]
curves.plot_lines(
    offsets,
    profiles,
    x_label="distance of an answer from the sum",
    y_label="logit (1 at the sum)",
    colors=("control", "clean"),
)

# %% [markdown]
# ## Which waves are in the trained embedding?
#
# Any function of the 113 numbers is a constant plus a cosine and a sine for each of 56 frequencies. That
# [Fourier basis](../../glossary.md#fourier-basis) is worth building once yourself:

# %%
from mechnotes.exercises import fourier_basis

fourier_basis.basis

# %%
fourier_basis.basis.check(lambda p: torch.fft.rfft(torch.eye(p)).real)

# %% [markdown]
# Before training the [embedding](../../glossary.md#embedding) is noise, and noise has a little of every frequency. Afterwards:

# %%
from mechnotes.grokking import claims as measured
from mechnotes.grokking import training
from mechnotes.grokking.weights import initial

run = experiments.load(training.train, "seed-0")
trained, start = run.weights, initial(run.config)
keys = fourier.keys(trained.W_E[:-1])

# %% alt="Two rows of 56 bars. Before training all are near 0.02. After training 46 holds 0.29, 51 0.25, 2 and 17 0.19 each, and the others next to nothing." caption="Share of each frequency in what varies of the embedding, before training and after. Keys are marked." tags=["trained"]
shares = [fourier.power(w.W_E[:-1]) for w in (start, trained)]
rotations.plot_spectra(
    torch.stack(shares),
    titles=("before training", "after training: share of the power"),
    marked=((), keys),
)

# %% [markdown]
# We call a frequency a [key](../../glossary.md#key-frequency) if it holds at least twice an equal share, 2/56. No frequency of a random embedding does.

# %%
for case in ("seed-0", "seed-1", "seed-2", "seed-3"):
    W_E = experiments.load(training.train, case).weights.W_E[:-1]
    found = fourier.keys(W_E)
    held = fourier.power(W_E)[[k - 1 for k in found]].sum()
    print(f"{case}: {found} hold {held:.1%}")

# %% [markdown]
# Other seeds, other keys. Multiplying all numbers by 3 modulo 113 permutes the frequencies and changes nothing about addition,
# so no frequency is better than another. Which ones win is decided by the initial weights and the drawn pairs, and early: the network
# that started as seed 0 did but had no [weight decay](../../glossary.md#weight-decay) never learnt to add, and yet

# %%
plain = experiments.load(training.train, "no-weight-decay").weights
traces = fourier.power(plain.W_E[:-1])
top = traces.argsort(descending=True)[:5]
found = sorted((top + 1).tolist())
print(f"strongest: {found}, together {traces[top].sum():.1%}")

# %% [markdown]
# has traces of the same frequencies. So a claim that names *the* frequencies of modular addition is a claim about one seed.

# %%
claims.badge(measured.number_of_keys)

# %%
claims.badge(measured.power_of_keys)

# %% [markdown]
# ## Are they circles?
#
# A frequency could be present as a line. We look at the whole embedding, 128 dimensions with everything in them, from the plane in which
# one key's cosine and sine lie:

# %% alt="Three rings of 113 dots, a little uneven, each with a wide empty middle. The first three numbers are a large step apart." caption="The embedding of the 113 numbers, seen from the planes of three keys; numbers joined in the order of their angle." tags=["trained"]
by_share = sorted(keys, key=lambda k: -shares[1][k - 1])
shown = [k for k in by_share if k > 4][:3]  # small k crowd the names
rotations.plot_circles(
    torch.stack([fourier.circle(trained.W_E[:-1], k) for k in shown]),
    frequencies=shown,
    titles=[f"k = {k}" for k in shown],
)

# %% [markdown]
# Circles, and nearly round: step 1 is there. So that you see what it takes, the same view of the network before training, with the
# same frequencies:

# %%
for name, network in (("untrained", start), ("trained", trained)):
    radii = fourier.circle(network.W_E[:-1], shown[0]).norm(dim=1)
    print(f"{name}: radius {radii.mean():.2f} ± {radii.std():.2f}")

# %% [markdown]
# ## What do the neurons do?
#
# The activation of a neuron is a function of *a* and *b*. Here is the one that varies most:

# %% alt="A square in the order of the angles. The neuron is active in soft blobs around certain angles of a and of b and silent elsewhere." caption="One neuron's activation for all pairs, with a and b in the order of their angle for the neuron's frequency." tags=["trained"]
from mechnotes.grokking import neurons
from mechnotes.plots import heatmap

activations = neurons.activations(trained)
of_one = neurons.shares(activations)
loudest = int(activations.flatten(0, 1).var(0).argmax())
owner = int(of_one[:, loudest].argmax()) + 1
turn = (owner * torch.arange(p) % p).argsort()
heatmap.plot_matrix(
    activations[turn][:, turn, loudest],
    label="activation of one neuron (0 is silent)",
    x_label="b, by its angle",
    y_label="a, by its angle",
    signed=False,
)

# %%
print(f"it works for frequency {owner}: {of_one[owner - 1, loudest]:.1%}")
best = of_one.nan_to_num().amax(0)
print(f"over 85 % in one frequency: {(best > 0.85).sum()} of {len(best)}")
products = neurons.product_shares(activations)
print(f"share in products of waves, median: {products.nanmedian():.1%}")

# %% [markdown]
# In the order of *a* and *b* themselves this picture is a checkerboard that nobody can read; in the order of the angles of one frequency it is one
# smooth landscape. That is what we mean by a neuron that works for a frequency: of what varies in its activation, 98 % is a constant, waves of *wa*, waves of
# *wb*, and products of the two. The products are the part that adding angles needs, since
# *cos w(a + b) = cos wa cos wb − sin wa sin wb*.

# %%
claims.badge(measured.neurons_of_one_frequency)

# %% [markdown]
# This number is smaller than the published one, for every seed. The claim counts neurons, and a neuron that hardly moves counts as much as the loudest. Weigh each by
# how much it varies:

# %%
for case in ("seed-0", "seed-1", "seed-2", "seed-3"):
    weights = experiments.load(training.train, case).weights
    values = neurons.activations(weights)
    passes = neurons.shares(values).nan_to_num().amax(0) > 0.85
    varies = values.flatten(0, 1).var(0)
    held = (varies * passes).sum() / varies.sum()
    print(f"{case}: {passes.float().mean():.0%} of the neurons pass")
    print(f"        and hold {held:.0%} of the variance")

# %% [markdown]
# So the neurons that do the work do it for one frequency, nearly all of it. The rest are quiet, and mix frequencies. Whether the paper's networks, trained several times as
# long, have fewer of them for that reason, our runs cannot say.

# %% [markdown]
# ## Do the waves meet at the sum?

# %%
from mechnotes.grokking import progress

with torch.no_grad():
    logits = model.logits(trained, every)
alpha = waves.amplitudes(logits)
print(", ".join(f"{k}: {alpha[k - 1]:.1f}" for k in keys))
print(f"waves of a + b: {progress.explained(logits, keys):.1%}")
print(f"cos(w(a+b-c)): {waves.explained(logits, keys):.1%}")

# %% alt="A jagged curve with one peak of 51 at distance 0 and no other above 34. The sum of four cosines lies on it." caption="Mean logit by distance from the sum: the trained network, and the sum of its keys' cosines." tags=["trained"]
around = waves.around_answer(logits)
angle = 2 * torch.pi * offsets / p
ideal = sum(alpha[k - 1] * (k * angle).cos() for k in keys)
curves.plot_lines(
    offsets,
    {"network": around[offsets % p], "keys' cosines": ideal},
    x_label="distance of an answer from the sum",
    y_label="logit, mean over pairs",
    colors=("clean", "corrupted"),
)

# %% [markdown]
# The two curves are one. Averages hide much, though, so the printed shares count every pair and every answer: 98 % of what varies in
# the logits is along cosine and sine of *w(a + b)* for these four frequencies, and nearly all of it has just the form *cos(w(a + b − c))*. Four amplitudes
# stand for a table of 1.4 million logits.

# %%
claims.badge(measured.logits_explained)

# %% [markdown]
# ## Is it the network that we wrote by hand?
#
# The first and the last step are. In the middle there is a choice. Adding two points gives a length of *2|cos(w(a − b)/2)|*, so our
# handmade network is sure of some pairs and unsure of others. Does the trained one have that weakness?

# %% alt="Against a minus b, the handmade network's logit swings between 0.4 and 1.6 of its mean. The trained network's stays between 0.9 and 1.06." caption="Mean logit of the right answer by a − b, divided by its mean over all differences." tags=["trained"]
handmade = model.logits(by_hand.network(p, keys), every)
lines = {
    "by hand": waves.by_difference(handmade),
    "trained": waves.by_difference(logits),
}
relative = {name: v / v.mean() for name, v in lines.items()}
curves.plot_lines(
    offsets,
    {name: v[offsets % p] for name, v in relative.items()},
    x_label="a − b",
    y_label="logit of the sum, relative to its mean",
    colors=("control", "clean"),
)

# %% [markdown]
# It has not. Where the handmade network is weak, the trained one makes up for it, and its attention tells how: not a third
# to each position, but shares that depend on the pair.

# %%
pattern = model.attention(trained, every)[:, :, 0]
for head in range(4):
    low, high = pattern[:, head].quantile(torch.tensor([0.05, 0.95]))
    print(f"head {head} to a: {low:.2f} to {high:.2f} (5 to 95 % of pairs)")

# %% [markdown]
# Attention that depends on *a* and *b* multiplies before any neuron does. Networks whose attention cannot do that still learn the task, in the
# way of our handmade one; the two ways have been called *clock* and *pizza*
# ([Zhong and others 2023](https://arxiv.org/abs/2306.17844)), and whether they are two is
# [disputed](../../notes/grokking.py#what-is-disputed). We show where ours differ and do not name a winner.

# %% [markdown]
# ## What this page claims

# %%
assert 3 <= len(keys) <= 9
assert fourier.keys(start.W_E[:-1]) == ()
assert progress.explained(logits, keys) > 0.9
assert of_one[owner - 1, loudest] > 0.95
assert (ideal - around[offsets % p]).abs().max() < 1
spread = {name: v.max() - v.min() for name, v in relative.items()}
assert spread["trained"] < 0.2 < 0.8 < spread["by hand"]

# %% [markdown]
# Next: [Was it sudden?](30_before_it_shows.py)
