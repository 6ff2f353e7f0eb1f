# ---
# summary: >-
#   What is an induction head: one that looks right, one that copies, or one that is needed? On five models the three answers disagree. And three
#   larger questions on which papers disagree.
# needs:
#   - "[how an induction head forms](70_induction_forms.py)"
#   - "[which story about induction survives](90_scrubbing.py)"
# ---

# %% [markdown]
# # What is disputed about induction heads?
#
# The name is used as if everybody meant the same. Papers find "induction heads" by attention maps, by weights, or by what breaks
# without them. On our five models all three can be measured for every head, so we can see whether they agree. After that come three disputes
# that models of this size cannot settle.

# %%
import itertools

import torch

from mechnotes import claims
from mechnotes.circuits.induction import claims as measured
from mechnotes.circuits.induction import measures, reading
from mechnotes.plots import strips

models = measures.trained("two-layers").weights
texts = measures.fresh()

# %% [markdown]
# ## By its looks, and by its weights
#
# [Prefix matching](../../glossary.md#prefix-matching) says how much a head attends to what followed earlier copies; the
# [copying score](../../glossary.md#copying-score) says whether it raises the token that it looks at.

# %%
looks = reading.prefix_matching(models, texts.tokens)
copies = measures.copying_scores()
for layer, name in enumerate(("lower", "upper")):
    print(
        f"{name}: looks {looks[:, layer].min():.2f} to "
        f"{looks[:, layer].max():.2f}, copies "
        f"{copies[:, layer].min():.2f} to {copies[:, layer].max():.2f}"
    )

# %%
claims.badge(measured.copying)

# %% [markdown]
# By both, all four upper heads of all five models are perfect induction heads, and no lower head is one. So far there is no dispute.
#
# ## By what breaks without it
#
# Now silence one of the four upper heads, or two, three, all, in every combination, and see how much the loss on the repeats grows. Without any
# the model guesses (+4.2 nats).

# %%
lost = {}
for n in (1, 2, 3, 4):
    chosen = itertools.combinations(range(4), n)
    lost[n] = torch.cat(
        [
            measures.cost_without(models, texts, layer=1, heads=heads)
            for heads in chosen
        ]
    )

# %% alt="Four rows of dots. One head missing costs 0.04 to 0.44 nats, two 0.2 to 1.4, three 1.0 to 3.1, all four 4.2 to 4.3." caption="What is lost without some of the four induction heads: every combination, five models." tags=["trained"]
strips.plot_strips(
    {f"{n} of 4 missing": values for n, values in lost.items()},
    label="added loss on the repeats (nats; 4.2 is a guess)",
)

# %% [markdown]
# Taking one away (it writes nothing) costs at most a ninth of the whole. By this test *none of them* is an induction head, though all of them together are. The
# others fill in: each says the same, and the softmax does not care much whether three or four voices say it. Whoever ablates
# heads one by one and finds nothing has not shown that they do nothing; this is the [OR](../patching/30_and_or.py) again.
#
# And the lower layer?

# %%
below = torch.stack(
    [
        measures.cost_without(models, texts, layer=0, heads=[head])
        for head in range(4)
    ]
)
before = reading.previous_token(models, texts.tokens)[:, 0]
for seed in range(5):
    cost, head = below[:, seed].max(0)
    best = before[seed].argmax()
    print(
        f"seed {seed}: head 0.{head} costs {cost:.1f}; looks back most: 0.{best}"
    )

# %% [markdown]
# There one head carries three quarters or more of everything in four of five models, and it is the best previous-token head. So *necessary* picks out the previous-token head, which does not match
# prefixes at all, and *looks right* picks out heads that are dispensable one by one. When a text says "induction head", ask which of the three
# was measured.
#
# ## A score that can be fooled
#
# The one-layer models that were trained on a single period:

# %%
cheat = measures.trained("one-layer-fixed-period").weights
for name, case in (
    ("the period they know", "one-layer-fixed-period"),
    ("any period", "two-layers"),
):
    seen = measures.fresh(case)
    score = reading.prefix_matching(cheat, seen.tokens)
    print(f"{name:21} {score.min():.2f} to {score.max():.2f}")

# %% [markdown]
# On texts with their own period they score above 0.9, and they only count to twelve. A score is a statement about a head *on some texts*.
#
# ## What models of this size cannot settle
#
# **Do induction heads cause in-context learning?** Olsson and others found that both appear at the same moment of training. For small models they also
# intervened; for large ones their evidence is mostly that the two go together. What large models do with examples in a prompt is more than copying.
#
# **Can training do without them?** A later study (HAPAX, 2025, arXiv:2511.05743) argues that learning *abstract* tasks in context can form with fewer and weaker
# induction heads. If that holds, copying and abstracting are less bound together than the shared moment suggests.
#
# **Is one layer really not enough?** Sanford, Hsu and Telgarsky (2024, arXiv:2408.14332) prove it for models of comparable size: one layer that does induction needs to be far
# larger. Our one-layer models agree, but a trained failure is not a proof, as [the single head](../circuits/10_two_heads.py)
# that was called too small showed.
#
# We have run none of the large models in these papers. Their results are theirs.

# %% [markdown]
# ## What this page claims

# %%
assert looks[:, 1].min() > 0.9 > 0.3 > looks[:, 0].max()
assert copies[:, 1].min() > 0.9
assert lost[1].max() < 0.5 and lost[4].min() > 4
assert below.amax(0).min() > 1
assert torch.equal(below.argmax(0), before.argmax(1))
assert (below.amax(0) > 3).sum() >= 4

# %% [markdown]
# Next: [Can one prove what a model does?](97_a_proof.py)
