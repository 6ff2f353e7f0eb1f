# ---
# summary: >-
#   A model that names the largest of four numbers is right on everything we try. On how many of all inputs is it right for certain? From its
#   three tables one can prove an answer without running it once.
# needs:
#   - "[what one layer adds](20_skip_trigrams.py)"
# ---

# %% [markdown]
# # Can one prove what a model does?
#
# Everything so far was measured: on some texts, with some seeds. A measurement can miss what is rare. If we really understand a model, we
# should be able to say something about *all* its inputs, including those that nobody ever tries. Here is the smallest
# case: one layer, one head, four tokens in, and the model should name the largest of them.

# %%
import torch

from mechnotes import rng
from mechnotes.circuits import max_of_k, max_of_k_bound
from mechnotes.circuits.attention_only import model
from mechnotes.exercises import catalog
from mechnotes.plots import heatmap, tables

# %% [markdown]
# ## A model that looks at the largest
#
# Ten tokens. The [QK circuit](../../glossary.md#qk-circuit) gives each token a height, and the head looks at the highest; its
# [OV circuit](../../glossary.md#ov-circuit) says what it looks at. A second model has a flaw: tokens 6 and 7 have
# nearly the same height.

# %%
clear = torch.arange(10.0) * 4
flawed = clear.clone()
flawed[7] = flawed[6] + 0.9
models = {
    "clear": max_of_k.build(clear, k=4),
    "flawed": max_of_k.build(flawed, k=4),
}
for name, weights in models.items():
    found = max_of_k.accuracy(weights, 4)
    print(f"{name:7} right on {found:.4%} of all 10,000 inputs")

# %% [markdown]
# ## What a sample says
#
# With ten tokens we can run all inputs; with real models we cannot. So draw some, as one does, twenty times a hundred of them:


# %%
def sampled(weights, seed, n_inputs=100):
    drawn = rng.generator(seed, "sample")
    tokens = torch.randint(10, (n_inputs, 4), generator=drawn)
    said = model.logits(weights, tokens)[0, :, -1].argmax(-1)
    return (said == tokens.amax(1)).float().mean()


estimates = {
    name: torch.stack([sampled(weights, seed) for seed in range(20)])
    for name, weights in models.items()
}
all_right = (estimates["flawed"] == 1).sum()
print(f"flawed model: {all_right} of 20 samples find no mistake")

# %% [markdown]
# All twenty samples call the flawed model perfect. The mistakes are there, four in ten thousand, and a sample says nothing about what it
# did not draw.
#
# ## What the weights say
#
# Take all inputs that end in token *q* and whose largest is *m*. In the worst of them the other three are all that smaller token which the head likes
# best. Even then *m* gets a certain share of the attention, and from three tables (scores, what is said when looked at, what the last token says by itself) we know what it says with that share and what the others can say
# against it. If *m* still leads, **every** input with this *q* and *m* is right, and we can count them.
# ([The argument in full][mechnotes.circuits.max_of_k_bound])

# %% alt="Two triangles of cells over last and largest token. All cells of the clear model are dark; in the flawed model the column of token 7 is pale." caption="How far the largest token leads at worst, by last token (rows) and largest token (columns)." tags=["trained"]
leads = torch.stack(
    [max_of_k_bound.worst_lead(w, 4) for w in models.values()]
)
heatmap.plot_matrices(
    leads.nan_to_num(nan=0.0).float(),
    titles=tuple(models),
    label="smallest lead (logits; 0 or below: not proven)",
)

# %% [markdown]
# Where the flawed model can fail is visible at once: the column of token 7, where three 6s can stand beside it. No input was run.

# %%
rows = {
    name: [
        max_of_k_bound.lower_bound(weights, 4),
        max_of_k.accuracy(weights, 4),
        estimates[name].max().item(),
    ]
    for name, weights in models.items()
}

# %%
for name, (proven, right, guess) in rows.items():
    print(
        f"{name:7} proven {proven:.4f}, true {right:.4f}, "
        f"best of 20 estimates {guess:.4f}"
    )

# %% [markdown]
# A proof stays below the truth; an estimate may lie above it. The proof is careful: it gives up on every input that ends in *q* with largest 7, although most of these are right. That is the price of a crude worst case
# (it forgets that one of the other three is *q*), and it is paid in the right direction. How tight a proof is measures how well the model has been understood.
#
# ## Try to break it: noise on every weight
#
# A model made by hand is easy to reason about. Add noise to all its weights until it fails, and see whether the proof ever claims too
# much:

# %%
levels = torch.tensor([0.0, 0.05, 0.1, 0.2, 0.3, 0.5])
claimed, true = torch.zeros(2, len(levels), 5)
for i, noise in enumerate(levels.tolist()):
    for seed in range(5):
        draw = rng.generator(seed, "noise")
        noisy = max_of_k.build(clear, k=4, noise=noise, generator=draw)
        claimed[i, seed] = max_of_k_bound.lower_bound(noisy, 4)
        true[i, seed] = max_of_k.accuracy(noisy, 4)

# %% alt="Table of six noise levels: mean proven and mean true share. The proven share falls faster than the true one and never exceeds it." caption="Mean of five models at each level of noise." tags=["trained"]
tables.plot_table(
    torch.stack((claimed.mean(1), true.mean(1)), dim=1),
    rows=[f"noise {level:.2f}" for level in levels.tolist()],
    columns=("proven", "true"),
    label="share of all inputs",
)

# %% [markdown]
# Never too much, in all thirty models. But the proof becomes worthless long before the model does. With noise the worst case is far from the
# usual one, and a proof must speak of the worst. For large models, proofs of this kind are far away; the question they ask, *on
# all inputs?*, is worth asking of every measurement on this site.
#
# ## Try it
#
# Give a number that the accuracy never falls below. A first attempt that measures:


# %%
def attempt(weights, k):
    drawn = rng.generator(0, "attempt")
    tokens = torch.randint(weights.d_vocab, (1000, k), generator=drawn)
    said = model.logits(weights, tokens)[0, :, -1].argmax(-1)
    return (said == tokens.amax(1)).float().mean().item()


# %%
catalog.check("E35", attempt)

# %% [markdown]
# ## What this page claims

# %%
assert rows["clear"][:2] == [1, 1]
proven, right, guess = rows["flawed"]
assert 0.5 < proven < right < guess == 1
assert all_right >= 15
assert (claimed <= true).all()
assert claimed[-1].mean() < 0.5 * true[-1].mean()

# %% [markdown]
# Next: [How does one patch, and read the result?](../../notes/patching.py)
