# ---
# summary: >-
#   Thirty lines are a sparse autoencoder. Train one in seconds, read its four numbers, and set every knob wrong once
#   to see what that looks like. Good numbers on a model that has learnt nothing are the warning at the end.
# needs:
#   - "[what fires on a sentence?](10_first_look.py)"
# ---

# %% [markdown]
# # What does each knob of the training do?
#
# Training a [sparse autoencoder](../../glossary.md#sparse-autoencoder) is easy to start and easy to get wrong, and most of what goes wrong is silent: the loss falls,
# the figures look sparse, and the latents are useless. So we train one, and then spoil the settings one by one.

# %%
import torch
from IPython.display import Markdown

from mechnotes import experiments, rng, sae
from mechnotes.exercises import catalog
from mechnotes.plots import curves
from mechnotes.sae import (
    activations,
    measures,
    recovered,
    reference,
    training,
)
from mechnotes.sae import config as configs
from mechnotes.storybook import corpus

# %% [markdown]
# ## The whole thing
#
# An encoder matrix, a nonlinearity, a decoder matrix, two biases, and a loss:
# [`ReferenceSAE`][mechnotes.sae.reference.ReferenceSAE] is that and nothing more, written to be read. For real work we use the
# library [sae_lens](https://decoderesearch.github.io/SAELens/). On equal weights the two agree:

# %%
name = "block-1-topk-512-seed-0"
trained = experiments.load(training.train, name)
ours = reference.assemble(trained.stored, trained.config)
theirs = sae.load("storybook", name)
x = torch.randn(1000, 64, generator=rng.generator(0, "any"))
apart = (
    ours.decode(ours.encode(x)) - theirs.decode(theirs.encode(x))
).abs()
print(f"largest difference on random vectors: {apart.max():.1e}")

# %% [markdown]
# ## Every knob
#
# This is all that decides how one of ours turns out ([`SAEConfig`][mechnotes.sae.config.SAEConfig]). The names are those of sae_lens;
# after the sign stands what is used if nothing is said.

# %%
lines = [
    f"- `{field}` = {default}: {text}"
    for field, (default, text) in configs.explained().items()
]
Markdown("\n".join(lines))

# %% [markdown]
# ## Train it
#
# Activations come in blocks: a few hundred fresh passages are read by the model, and their activations mixed. Only one block is in memory. A hundred steps on this page, to see that it runs:

# %%
short = training.StorybookSAEConfig(d_sae=128, steps=100, warm_up_steps=10)
fitted = training.fit(short, training.storybook_blocks(short))
first, last = fitted.curves["mse"][[0, -1]].tolist()
print(f"squared error {first:.1f}, after 100 steps {last:.1f}")

# %% [markdown]
# The stored ones were trained for twenty times as long. What their training recorded:


# %%
def recorded(kind, curve):
    """One curve of the three seeds of a kind."""
    names = [f"block-1-{kind}-512-seed-{seed}" for seed in range(3)]
    runs = [experiments.load(training.train, name) for name in names]
    return torch.stack([run.curves[curve] for run in runs])


# %% alt="Error against training step for three kinds of autoencoders; all fall steeply within the first hundred steps; topk keeps falling slowly, the two others rise again until step 500." caption="Squared error on fresh text while training, three seeds each: recorded." tags=["trained"]
kinds = ("topk", "standard", "jumprelu")
errors = {kind: recorded(kind, "mse")[:, 1:] for kind in kinds}
n_entries = errors["topk"].shape[1]
steps = torch.arange(1, n_entries + 1) * (
    trained.config.steps // (n_entries + 1)
)
curves.plot_lines(
    steps,
    errors,
    x_label="optimiser steps",
    y_label="squared error, summed over 64 dimensions",
)

# %% [markdown]
# All three find most of it within a hundred steps. Then *standard* and *jumprelu* get worse again while their penalties grow, until step 500; only *topk*, which pays nothing, keeps falling. (The stored ones were trained for 2,000 steps of 512 activations.)
#
# ## Four numbers
#
# On text that it has never seen: [variance unexplained](../../glossary.md#fvu), [L0](../../glossary.md#l0),
# [dead](../../glossary.md#dead-latent) share, and the [loss recovered](../../glossary.md#loss-recovered) when the model reads on from the copy.

# %% tags=["trained"]
model = training.model_of(trained.config)
text = corpus.tokens(200, 64, generator=rng.generator(9, "new"))


def quality(one, reader=model):
    seen = activations.collect(reader, "blocks.1.hook_resid_post", text)
    return measures.measure(one, seen.split(4096))


good = quality(theirs)
print(f"variance unexplained {good.fvu:.3f}, L0 {good.l0:.1f}, ", end="")
print(f"dead {good.dead_share:.2f}")

# %% tags=["trained"]
kept = recovered.recovered(model, theirs, text)
print(f"loss {kept.clean:.3f} nats, with the copy {kept.spliced:.3f}")
print(
    f"recovered over the mean ({kept.mean:.1f} nats)  {kept.over_mean:.3f}"
)
print(
    f"recovered over zeros    ({kept.zero:.1f} nats)  {kept.over_zero:.3f}"
)

# %% [markdown]
# Eight numbers in place of 64, and the model hardly notices. Two remarks on the last two lines. Both ablations are worse than a guess among 232 words (5.4 nats), so *recovered* is measured against something
# that never happens; and here the mean is *worse* than zeros, although it is usually called the milder one. A share recovered without the two losses beside it says little.
#
# ## Every knob, set wrong
#
# Each row changes one thing in a shorter training (1,000 steps, 128 latents, seed 0). The first row changes nothing.

# %% tags=["trained"]
print(f"{'':34}{'error':>7}{'L0':>7}{'dead':>7}")
table = {}
for case in [c for c in training.train.cases if c.startswith("tried-")]:
    found = quality(sae.load("storybook", case))
    table[case] = found
    told = case.removeprefix("tried-").replace("-", " ")
    print(
        f"{told:34}{found.fvu:7.3f}{found.l0:7.1f}{found.dead_share:7.2f}"
    )

# %% [markdown]
# What each mistake looks like:
#
# - **k too small**: more than a quarter of the variance is left over, and half of the latents die. **k too large**: a perfect copy, and useless, for with 64 latents out of 128
#   any vector of 64 numbers can be written down. *A small error alone is no success.*
# - **Few latents**: eight of sixteen are on at every word, so nothing is sparse about it.
# - **No auxiliary loss**: here no harm; there are few latents and none that cannot be reached. It matters [when there are many](70_synthetic_truth.py).
# - **Learning rate too high**, or **long rows at the start**: everything is dead or wrong. **Too low**, or **small batches** for as many steps: not done yet.
# - **Penalty too weak**: as with a large k. **Too strong**: nearly all latents are zero, the copy is the bias, the error is exactly 1.
# - **Thresholds that begin too high**: the same, and for ever, as nothing gets a gradient. **Window too narrow**: thresholds hardly move, so twice as many latents stay on, and the error is smaller for that reason alone.
# - **No warm-up of the penalty**: here little harm. It is said to kill latents; with this penalty and this size it did not.
#
# ## What could fool us
#
# Do good numbers need a model that has learnt something? The control is an autoencoder of a model with *random weights*, of equal size and trained on the same texts.

# %% tags=["trained"]
from mechnotes.storybook import untrained

control = quality(
    sae.load("storybook", "untrained-1-topk-512-seed-0"),
    untrained.load(seed=0),
)
print(f"trained on the model    {good.fvu:.3f}")
print(f"untrained model         {control.fvu:.3f}")

# %% [markdown]
# The copy is five times worse there, so training has made the stream easier to write with few directions. But nine tenths of the variance are explained there too, by eight latents out of 512, in a model that knows nothing.
# A number that sounds good alone is not evidence of understanding; and none on this page says what a latent *means*. The next pages ask for that.
#
# ## Take it with you
#
# [`save`][mechnotes.sae.library.save] writes what sae_lens writes, so its tools open it.

# %%
import tempfile

from sae_lens import SAE

with tempfile.TemporaryDirectory() as folder:
    again = SAE.load_from_disk(sae.save(theirs, folder))
assert torch.equal(again.encode(x), theirs.encode(x))

# %% [markdown]
# ## Try it: one step of training
#
# Rows of the decoder are held at length 1, or latents would shrink and rows grow to pay less for the same. Doing this rightly takes two things, of which one is usually forgotten.

# %%
catalog.find("E23")

# %% [markdown]
# And how many latents are on at once:

# %%
catalog.find("E25e")

# %% [markdown]
# ## What this page claims

# %%
assert apart.max() < 1e-5
assert good.fvu < 0.03 and good.l0 <= 8 and kept.over_mean > 0.98
assert kept.mean > kept.zero > 5.4
assert table["tried-topk-k-64"].fvu < table["tried-topk"].fvu / 4
for dead in ("standard-strong-penalty", "jumprelu-thresholds-begin-at-3"):
    assert table[f"tried-{dead}"].dead_share > 0.9
    assert abs(table[f"tried-{dead}"].fvu - 1) < 0.01
assert table["tried-topk-without-auxiliary-loss"].dead_share < 0.1
assert good.fvu < control.fvu < 0.15

# %% [markdown]
# Next: [what feeds a latent, and what does it feed?](50_latent_to_weights.py)
