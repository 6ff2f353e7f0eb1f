# ---
# summary: >-
#   From 8 neurons to 1024 for 256 features: how many become monosemantic, how many features get one, and what the neurons
#   do that stay polysemantic. They look like a blur, and one number replaces them.
# needs:
#   - "[learning rate and bias](20_learning_rate_and_bias.py)"
# ---

# %% [markdown]
# # What do more neurons buy?
#
# With fewer neurons than features, neurons must be shared. With more, every feature could have its own. Does training use the room?

# %%
import torch

from mechnotes import claims, experiments, rng
from mechnotes.monosemanticity import claims as measured
from mechnotes.monosemanticity import features, measures, training
from mechnotes.plots import curves, labels, style

# %% [markdown]
# ## How many get their own?
#
# Rows K0, K1 and K2 vary the number of neurons $k$: K0 plainly, K1 with the [bias trick](20_learning_rate_and_bias.py#start-the-biases-below-zero) (three seeds),
# K2 with the trick and features of which few are common and most are rare.

# %% tags=["trained"]
rows = {n: experiments.load(training.sweep, n) for n in ("k0", "k1", "k2")}
print("neurons  K0: monosemantic  features  loss   K1: monosemantic")
k0, k1 = rows["k0"], rows["k1"]
loss = (k0.loss / k0.silent_loss)[k0.at_trough]
for i, run in enumerate(k0.config.runs):
    neurons = k0.neurons(i)
    mono = neurons.share > measures.SHARE_ABOVE
    covered = len(neurons.top_feature[mono].unique())
    seeds = k1.n_monosemantic.view(-1, 3)[i].tolist()
    print(
        f"{run.n_neurons:7}            {mono.sum():4}      {covered:4}  "
        f"{loss[i]:.3f}     {seeds}"
    )
print(f"{1024:7}{'':34}{k1.n_monosemantic.view(-1, 3)[-1].tolist()}")

# %% alt="K0 rises from 16 at 64 neurons to 147 at 256 and 259 at 512. The three seeds of K1 reach 92 to 120 at 512 and 273 to 291 at 1024. K2 stays lowest, with 18 at 512 and 73 at 1024." caption="Monosemantic neurons against the number of neurons, for 256 features." tags=["trained"]
figure, ax = style.figure()
labels.scale_log(ax)
for (name, done), color in zip(
    rows.items(), ("control", "clean", "series-1")
):
    each = done.n_monosemantic.float().view(-1, done.config.n_seeds).T
    k = torch.tensor(done.config.values[0]).float()
    curves.draw_seeds(ax, k, each, color=color, label=name.upper())
curves.draw_threshold(ax, 256, label="one for each feature")
labels.name_axes(ax, x_label="neurons", y_label="monosemantic neurons")
labels.spread_labels(figure)

# %% [markdown]
# With an eighth as many neurons as features none is monosemantic to speak of: whoever has too few neurons cannot give them away. The share grows with the number. Of 256 neurons 147 are
# monosemantic in K0, of 512 there are 259. More neurons, more of them, as published. But 259 is not 256 features with one each: they stand for 217, and some
# features have two. With common and rare features, K2, there are fewest: 73 at 1024 neurons. [The next page](40_what_else_matters.py#common-and-rare-features) says which features go without.
#
# And the trick, which was to help? At 512 neurons K1 has 92 to 120, fewer than half of K0. It is late:

# %% tags=["trained"]
for name, row in (("K0", k0), ("K1", k1)):
    i = [run.n_neurons for run in row.config.runs].index(512)
    for step in (1024, 2048, 3584):
        when = row.steps_done.index(step)
        loss = (row.loss / row.silent_loss)[when, i]
        print(
            f"{name} step {step}: {row.counts[when, i, 0]:3} monosemantic, "
            f"loss {loss:.3f}, mean bias {row.mean_bias[when, i]:+.2f}"
        )

# %% [markdown]
# As on [the last page](20_learning_rate_and_bias.py#start-the-biases-below-zero), the decay holds the biases near 0 until half-time, and up to then there is not one. What K1 has, it has learnt in the
# 1536 steps after. To see whether that is the whole reason, the same model with four times the steps, and a quarter of the decay at each:

# %% tags=["trained"]
longer = experiments.load(training.sweep, "k1-longer")
for step in (2048, 4096, 15872):
    when = longer.steps_done.index(step)
    share, number, _ = longer.counts[when].unbind(1)
    print(
        f"step {step:5}: mean bias {longer.mean_bias[when].mean():+.2f}, "
        f"by share {share.tolist()}, by number {number.tolist()}"
    )

# %% [markdown]
# Now the biases are free, and there are 200 to 217 monosemantic neurons, each for a feature of its own; by the effective number 255 or 256, one for each of the 256. So the low counts of K1 are the
# price of short runs with a strong decay, and say nothing against the trick. (Nor for it: LR1 [gets as far without](20_learning_rate_and_bias.py#start-the-biases-below-zero).) The claims ask the short runs:

# %% tags=["trained"]
claims.badge(measured.neurons_per_feature)

# %% tags=["trained"]
claims.badge(measured.smallest_step_over_sizes)

# %% [markdown]
# ## The ones that are left over
#
# Take the model of the [first page](10_what_makes_a_neuron_monosemantic.py#a-trained-layer). It has a neuron for each of its 256 features,
# silent ones that we can forget, and 36 that answer to a hundred features each. Are they just unfinished? First, what each kind
# answers to one feature alone, as the feature grows from 0 to full strength, on average over the 256:

# %% tags=["trained"]
lr1 = experiments.load(training.sweep, "lr1")
neurons, W_out = lr1.neurons(5), lr1.decoder(5)
source = features.source(lr1.config.runs[5])
kinds = {
    "own neurons": neurons.share > 0.5,
    "the 36": (neurons.share > 0) & (neurons.share <= 0.5),
}
strength = torch.linspace(0, 1, 41)
fed = strength[:, None, None] * (neurons.W_in @ source.E)
alone = (fed + neurons.bias[:, None]).relu()  # [strength neuron feature]
answer = {
    name: torch.einsum("fn,snf->sf", W_out[:, kind], alone[:, kind]).mean(1)
    for name, kind in kinds.items()
}

# %% alt="Three lines against strength. The neurons with a feature of their own answer nothing up to 0.4, then rise steeply to 0.84. The 36 rise in a straight line to 0.1. Their sum." caption="What is written into a feature's own output when it alone is active." tags=["trained"]
curves.plot_lines(
    strength,
    answer | {"sum": sum(answer.values())},
    x_label="strength of the feature",
    y_label="mean answer",
    colors=("clean", "corrupted", "control"),
)

# %% [markdown]
# A feature's own neuron has a negative bias, so it says nothing below a strength of about 0.4, and then climbs steeply. The 36
# together answer in a straight line, up to 0.10. That is not a blur. A straight line is what *linear* means, so draw their whole map: how much each
# of the features puts into each output. Beside it a map that contains no learning at all, $E^\top E$: each feature into its own output with weight 1, and
# into the others as far as their input vectors happen to overlap.

# %% tags=["trained"]
E, off = source.E, ~torch.eye(256, dtype=torch.bool)
overlap = E.T @ E
for name, kind in kinds.items():
    written = W_out[:, kind] @ alone[-1, kind]  # at full strength
    both = torch.stack((written[off], overlap[off]))
    slope = (both[0] * both[1]).sum() / both[1].square().sum()
    own = written.diagonal().mean()
    r = torch.corrcoef(both)[0, 1]
    print(
        f"{name:11}  own output {own:.2f}   others: {slope:+.3f} × overlap"
    )
    print(f"{'':11}                     correlation {r:+.2f}")

# %% [markdown]
# The 36 write 0.10 into the feature's own output and $0.09\,E^\top E$ into all others, with a correlation of 0.92: they are a small multiple of $E^\top E$, which
# has [rank](../../glossary.md#rank) 32 and is about as near to the identity as 256 vectors in 32 dimensions can be. This is a guess about every feature at once: *as much of you as I can see, times 0.09*. The price is
# [interference](../../glossary.md#interference). And now the first line: at full strength, a feature's own neuron writes $-0.08\,E^\top E$ into the *others*. It takes the wrong guesses
# back. So there is an algorithm, and its first half is what the paper reports:
#
# 1. guess a little of everything, linearly, with a few neurons that are always on;
# 2. where a feature is strong enough to be certain, its own neuron answers, and corrects the guesses that it has caused elsewhere.
#
# ## Replace 36 neurons by one number
#
# If that is right, the 36 are not needed. Take them out, and put $c\,E^\top E x$ in their place, with a single number $c$:

# %% tags=["trained"]
seen, x = source.draw(8192, generator=rng.generator(5, "page"))
active = (seen @ neurons.W_in.T + neurons.bias).relu()
by_own, by_rest = (active[:, k] @ W_out[:, k].T for k in kinds.values())
linear = seen @ E
c = (by_rest * linear).sum() / linear.square().sum()
wrong = seen @ features.embedding(256, 32, generator=rng.generator(9, "E"))

# %% tags=["trained"]
answers = {
    "the model": by_own + by_rest,
    "without the 36": by_own,
    "one number": by_own + c * linear,
    "another E": by_own + c * wrong,
}
silent_loss = x.square().sum(1).mean()
loss = {
    name: ((out - x).square().sum(1).mean() / silent_loss).item()
    for name, out in answers.items()
}
for name in answers:
    print(f"{name:15} {loss[name]:.3f}")
print(f"c = {c:.3f}")

# %% [markdown]
# Without the 36 the loss rises from 0.396 to 0.475. The one number $c = 0.089$ brings it back to 0.407: 86 % of what 36 neurons with
# 10,000 weights were doing. With the overlaps of some *other* embedding, the same number makes things worse than nothing.
#
# ## Why is that a good idea?
#
# Of feature $i$ the model sees $t_i = E_i \cdot E x$: its own strength, plus what the others put there. If you knew only this number, the best answer would be the mean of
# $x_i$ over all cases with this $t_i$. We can measure it, and put the model beside it:

# %% tags=["trained"]
edges = torch.linspace(-0.5, 1.25, 36)
cell = torch.bucketize(linear, edges)
parts = {"best": x, "model": by_own + by_rest, "own": by_own, "36": by_rest}
mean = {}
for name, part in parts.items():
    size = torch.bincount(cell.flatten()).clamp(min=1)
    mean[name] = torch.bincount(cell.flatten(), part.flatten()) / size
for name in ("best", "model"):
    error = (mean[name][cell] - x).square().sum(1).mean() / silent_loss
    print(f"{name:6} function of one number: loss {error:.3f}")

# %% alt="Four lines against the visible amount. The mean of the feature is near zero up to 0.4, then rises in an S to 0.8 at 1. The model's answer follows it closely. Own neurons lie below it, and under zero between 0 and 0.5; the 36 are a straight line." caption="Best answer from one number, and what the model and its two parts answer on average." tags=["trained"]
curves.plot_lines(
    (edges[1:] + edges[:-1]) / 2,
    {name: each[1:-1] for name, each in mean.items()},
    x_label="how much of the feature is visible",
    y_label="mean of the feature, or of an answer",
    colors=("control", "series-1", "clean", "corrupted"),
)

# %% [markdown]
# Up to 1 the model lies on the best curve, and neither part does: own neurons are too low between 0 and 1, and the straight line of the 36 lifts them. (Beyond 1, where other
# features must have helped, the model goes on climbing and the truth does not; such cases are rare.) The best function of this one number
# would have a loss of 0.430. The model's 0.396 is better still, because its neurons also look at each other's features.
#
# ## Is that so in other models?
#
# The model above was trained without the trick. The claims ask the models with it, and take all neurons up to a share of 0.999 together, so that neurons with one feature and a trace of
# another are in the same pot as the linear ones:

# %% tags=["trained"]
claims.badge(measured.polysemantic_rank)

# %% tags=["trained"]
claims.badge(measured.polysemantic_identity)

# %% tags=["trained"]
lr3 = experiments.load(training.sweep, "lr3")
for name, row in (("LR1", lr1), ("LR3", lr3)):
    one, W = row.neurons(5), row.decoder(5)
    for above in (0.5, measures.SHARE_ABOVE):
        rest = (one.share > 0) & (one.share <= above)
        linear_map = (W[:, rest] @ one.W_in[rest] @ E).flatten()
        same = torch.cosine_similarity(linear_map, overlap.flatten(), dim=0)
        print(
            f"{name} share up to {above}: {rest.sum():3}, cosine {same:.2f}"
        )

# %% [markdown]
# Where the line is drawn decides. Neurons with a share of up to 0.5 form a linear map like $E^\top E$ in both models: a cosine of 0.92 and of 0.76. Put the neurons between 0.5 and 0.999 into the
# same pot, and little of it can be seen. They are no part of the guess; they are monosemantic neurons with a blemish.
#
# ## What this page claims

# %%
counts = k0.n_monosemantic.tolist()
assert max(counts[:3]) < 5 and counts[3:] == sorted(counts[3:])
assert counts[6] > 250 and covered < 225
assert k1.n_monosemantic.view(-1, 3)[6].max() < counts[6] / 2
assert longer.n_monosemantic.min() >= 200 and number.min() >= 255
assert r > 0.9 and abs(slope - c) < 0.01  # of the 36
assert answer["own neurons"][14] < 0.01 < 0.8 < answer["own neurons"][-1]
gain = loss["without the 36"] - loss["the model"]
assert loss["without the 36"] - loss["one number"] > 0.8 * gain
assert loss["another E"] > loss["without the 36"] + 0.03

# %% [markdown]
# Next: [what else matters?](40_what_else_matters.py)
