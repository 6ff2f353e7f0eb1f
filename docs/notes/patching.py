# ---
# order: 40
# group: Language models
# title: Patching
# summary: >-
#   To learn what a part does, change it and look at the answer. Which run to change, what to put in, what to
#   measure, and five ways to be fooled, each with a page where it can be seen.
# ---

# %% [markdown]
# # How does one patch, and not get fooled?
#
# Watching a network compute tells what goes together. Whether a part *matters* shows only when it is
# changed: that is an [intervention](../glossary.md#intervention), the difference between seeing that
# barometers fall before storms and turning a barometer's hand. [Patching](../glossary.md#patching) is the
# intervention that this field uses most, because what is put in comes from the model itself.

# %% alt="Two rows of boxes, the corrupted and the clean run. One box of the corrupted run is marked: its content comes from the clean run." caption="One activation of the corrupted run is replaced by that of the clean run; everything after it is computed anew." tags=["hide-input"]
from mechnotes.plots import networks

above, below = ("clean", "head (clean)"), ("corrupted", "head")
networks.plot_network(
    (("clean", "corrupted"), (above[1], "head"), ("Mary", "?")),
    {
        above: "clean",
        (above[1], "Mary"): "clean",
        below: "control",
        (above[1], "?"): "corrupted",
    },
    marked=("?",),
)

# %% [markdown]
# ## Before you start
#
# **Choose two prompts that differ in one thing.** Whatever differs between the two runs is then about that
# thing. A corrupted prompt should be as natural as the clean one: noise on the embeddings breaks more
# than it asks about. Both must have the same number of tokens.
#
# **Choose a direction.** [Denoising](../glossary.md#denoising) puts clean values into the corrupted run and
# finds what is *enough*. [Noising](../glossary.md#noising) puts corrupted values into the clean run and
# finds what is *needed*. With an AND the one is blind, with an OR the other:
# [AND, OR, and what patching sees of them](../examples/patching/30_and_or.py).
#
# **Choose a metric.** A [logit difference](../glossary.md#logit-difference) adds up evidence and is the
# best start; it does not see what happens to third words. A probability saturates, accuracy sees only
# order, the divergence sees everything: [Which metric misleads?](../examples/patching/40_metrics.py)
#
# **Use many pairs, and say how sure you are.** With one pair of prompts and a hundred places, some place
# will stand out by chance: [How many prompts?](../examples/patching/45_how_many_prompts.py) Our sweeps
# carry a standard error over pairs.

# %% [markdown]
# ## Reading the result
#
# - *A place restores the answer*: what differs between the prompts passes through it, in this
#   direction. It does not say that it was computed there.
# - *A place does nothing*: it may be silent, or have a backup, or need a partner. Look in the other
#   direction before you say that it does not matter.
# - *Total or direct?* A patched head changes all heads after it. [Path
#   patching](../glossary.md#path-patching) changes what it tells one receiver:
#   [Who tells whom?](../examples/patching/20_who_tells_whom.py)
# - *Large maps are expensive.* A gradient foretells them all, roughly:
#   [attribution patching](../examples/patching/60_attribution_patching.py), and where it breaks.

# %% [markdown]
# ## Five ways to be fooled
#
# 1. **Backup.** Take a part away, another steps in, and the part looks useless. (See the OR.)
# 2. **Strange values.** Zero may be a value that the model has never seen; then one measures its surprise.
#    [Three ways to take something away](../examples/patching/50_ablations.py)
# 3. **Saturation.** A metric or a softmax at its end does not move, whatever is done.
# 4. **The wrong direction that works.** Patching one direction of a larger space can wake up a path
#    that the model never uses: [the subspace illusion](../examples/patching/70_subspace_illusion.py).
# 5. **Finding what one looks for.** An automatic search always returns something. Let it search a
#    network in which there is nothing: [the control that should find
#    nothing](../examples/circuits/20_discovery.py).
#
# The advice follows Heimersheim and Nanda 2024, *How to use and interpret activation patching*; every
# point of it has a page here on which it can be checked.
