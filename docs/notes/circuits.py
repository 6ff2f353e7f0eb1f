# ---
# order: 30
# group: Language models
# title: Circuits
# summary: >-
#   A circuit is the part of a network that does one thing. That is easy to say and hard to show: what one
#   has to check, what the best-known circuit looks like, and how the field came to look for them.
# ---

# %% [markdown]
# # What is a circuit, and who says so?
#
# A network computes everything at once. A [circuit](../glossary.md#circuit) is the claim that one
# behaviour needs only a part of it: these heads and MLPs, connected like this, and no others. In image
# models the parts are neurons and weights. In a [transformer](../glossary.md#transformer) the parts
# are mostly [attention heads](../glossary.md#attention-head), because only they move information from
# one position to another.

# %% alt="Boxes from left to right: the repeated name, a head that notices it, a head that reads the names, and the answer. Solid arrows connect them; a dashed arrow leads from the embedding." caption="What a circuit claims: these parts, these connections. Everything else may be taken away." tags=["hide-input"]
from mechnotes.plots import networks

names, first, second = "names", "who gives?", "read the other name"
networks.plot_network(
    ((names,), (first, "other parts"), (second,), ("answer",)),
    {
        (names, first): "clean",
        (names, "other parts"): "control",
        (first, second): "clean",
        (second, "answer"): "clean",
        ("other parts", "answer"): "control",
    },
)

# %% [markdown]
# ## Three questions
#
# A drawing is not evidence. Wang et al. asked three things of their circuit for
# [indirect objects](../glossary.md#indirect-object), and each is a measurement:
#
# - **Is it faithful?** Take away everything else. Is the behaviour still there?
#   [Faithfulness](../glossary.md#faithfulness) is the share that is left.
# - **Is it complete?** Does nothing outside matter? Take the same heads from the circuit and from the
#   whole model: if the model copes better, it has parts that the circuit lacks.
#   ([Completeness](../glossary.md#completeness))
# - **Is it minimal?** Every part is needed in at least one situation.
#   ([Minimality](../glossary.md#minimality))
#
# Faithfulness alone is weak. A naive circuit of theirs, without the backup heads and some others, was about
# as faithful as the full one; completeness told the two apart. And faithfulness depends on what "take away" means:
# Miller et al. 2024 found the same circuit's score below 0 % and above 100 %, depending on the kind of
# [ablation](../glossary.md#ablation). So a number without its ablation says nothing.
# [`mechnotes.circuits.quality`][mechnotes.circuits.quality] measures all three.

# %% [markdown]
# ## The best-known example
#
# *When Mary and John went to the store, John gave a drink to* … GPT-2 small says *Mary*. In short, its
# heads do three things, found from the end backwards:
#
# 1. Heads notice that *John* was said before
#    ([duplicate token heads](../glossary.md#duplicate-token-head), with help from
#    [previous token](../glossary.md#previous-token-head) and
#    [induction heads](../glossary.md#induction-head)).
# 2. [S-inhibition heads](../glossary.md#s-inhibition-head) at the end tell later heads not to look at *John*.
# 3. [Name movers](../glossary.md#name-mover-head) look at the name that is left, and write it.
#
# The paper's numbers, for GPT-2 and not for our model: 26 heads in seven classes; a mean
# [logit difference](../glossary.md#logit-difference) of 3.56 nats over 100,000 prompts; the circuit keeps
# 87 % of it. Taking the name movers away costs only about 5 %, because backup heads step in. (A count of
# "68 of 32,000 edges" is often quoted for this circuit. It belongs to another one, for *greater than*.)
#
# Our [storybook model](../examples/transformers/10_meet_the_storybook.py) does the same task with twelve
# heads. Does it do it in the same way? [Which heads move the
# name?](../examples/patching/10_which_heads_move_the_name.py) finds out, and tries to be wrong. [How small can the
# circuit be?](../examples/circuits/10_two_heads.py) asks the same of twenty models of each size, and [a program looks for
# circuits](../examples/circuits/20_discovery.py) where there are some and where there are none.

# %% [markdown]
# ## How it began
#
# - **2020, curve detectors.** Neurons of an image model that respond to curves, traced to the weights
#   that make them do so, in *Zoom In* and the articles after it.
# - **2021, the mathematical framework.** Attention-only transformers written as sums of paths, and heads
#   taken apart into what they look for and what they copy.
# - **2022, induction heads.** One kind of head, found in all their models of at least two layers, that
#   appears suddenly in training and continues patterns. [It can be built by
#   hand](../examples/attention/50_previous_token.py), and
#   [watched while it forms](../examples/attention/70_induction_forms.py).
# - **2022, indirect objects.** A whole circuit in a real language model, with the three questions above.
# - **Since then, the interventions themselves** have become the subject: which direction to patch in,
#   which metric, which ablation, and the ways to fool oneself. [How to
#   patch](patching.py) is about these.
# - **Tools.** TransformerLens gave every activation a name; this site uses the same names.
#
# The papers are in the [bibliography](../bibliography.md).
