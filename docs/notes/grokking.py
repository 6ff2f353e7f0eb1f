# ---
# order: 14
# group: Toy models
# summary: >-
#   A small network learns a table by heart and, thousands of steps later, the rule behind it. Why that matters for
#   interpretability, what is understood about it, and what is disputed.
# ---

# %% [markdown]
# # Grokking: from a table to a rule
#
# Train a small network on part of an addition table and do not stop when it knows that part by heart. For a long time nothing
# seems to happen. Then, without new data, it begins to answer the pairs that it never saw, and soon answers all of them.
# Power and others found this in 2022 and called it [grokking](../glossary.md#grokking). It became a
# favourite of interpretability because it is one of the few cases in which a trained network can be read *to the end*.

# %% [markdown]
# ## What happens, in one run
#
# The task is $(a+b) \bmod 113$, the network one small transformer, the data three tenths of all pairs. Three things can be told
# apart, though they overlap:
#
# **It memorises.** Within a few hundred epochs every training pair is right and almost every other one wrong.
#
# **A circuit grows.** Behind unchanged answers the network builds a second way to answer: numbers become points on circles, adding
# becomes turning, and [waves that agree only at the sum](../examples/grokking/20_addition_by_rotation.py) pick the answer. It
# serves all pairs, learnt or not.
#
# **What was known by heart fades.** [Weight decay](../glossary.md#weight-decay) pulls on every weight at every step. Answering 3,830
# pairs by heart takes large weights; the circuit answers them with small ones. When the circuit is good enough, memory is no
# longer worth its price.
#
# So the sudden rise of the [test accuracy](../examples/grokking/10_long_after_memorising.py) is the visible end of something slow.

# %% [markdown]
# ## Why it matters
#
# *Reading to the end.* A finished explanation should predict the logits, not only please. Here it does: a few waves
# account for most of their variance ([claim N-GR-3](../scorecard.py)), and taking the frequencies away
# [takes the ability away](../examples/grokking/30_before_it_shows.py#break-it).
#
# *Measures of progress.* Abilities of large models sometimes appear suddenly in tests. If we could see the parts grow before the
# ability shows, we would be warned. For this network
# [two such measures](../examples/grokking/30_before_it_shows.py) exist. But they were found backwards: one must know the final circuit to define
# them. We know of no recipe for finding them in advance, for an ability that nobody understands yet.

# %% [markdown]
# ## What is disputed
#
# **Is it sudden?** The accuracy is, the circuit is not. Much of what looks like a jump is the measure: right or wrong has no
# in-between.
#
# **Is it weight decay?** In our runs, none without it [in the time we gave](../examples/grokking/10_long_after_memorising.py#two-runs-in-which-it-does-not-happen). Others
# report networks that generalise late without it, from other starts and with other losses. "Weight decay causes grokking" is too much; "in
# this setting it is what makes the memory fade" is what the runs show.
#
# **Is it *the* algorithm?** Zhong and others ([The Clock and the Pizza](https://arxiv.org/abs/2306.17844), 2023) trained many
# networks on the same task and found two ways to use the circles, and mixtures of both; later work argues that the two
# are one algorithm seen from two sides. Which frequencies are used differs from seed to seed in any case. So one
# explanation of one network is no explanation of the task.
#
# **Does it say anything about large models?** It shows that memory and rule can live side by side, and that training loss does not tell
# them apart. That a language model learns anything in this way has not been shown here or, as far as we know, elsewhere as cleanly. Addition
# modulo a prime has one right answer and an exact symmetry; language has neither.

# %% [markdown]
# ## Four sentences that are nearly right
#
# | one reads | better |
# |---|---|
# | "The network suddenly understands." | Its answers change within a few hundred epochs; the circuit has been growing for thousands ([restricted loss](../examples/grokking/30_before_it_shows.py)). |
# | "It uses the frequencies 14, 35, 41, 42 and 52." | One network did. Ours use others, and every seed its own ([table](../examples/grokking/20_addition_by_rotation.py#which-waves-are-in-the-trained-embedding)). |
# | "Grokking is overfitting that cures itself." | Nothing is cured by itself: a pull on the weights makes one solution cheaper than the other. |
# | "It learns trigonometric identities." | It has weights that behave like one. How exactly, is measured: by what share of the logits they explain. |

# %% [markdown]
# ## Where to see it
#
# 1. [When does a network know what it was never told?](../examples/grokking/10_long_after_memorising.py) The curves, four seeds, and two runs in which it does not happen.
# 2. [How does the network add?](../examples/grokking/20_addition_by_rotation.py) By hand first, then read from the trained weights.
# 3. [Was it sudden?](../examples/grokking/30_before_it_shows.py) Restricted and excluded loss, and taking frequencies away.
#
# Read with it: [Progress measures for grokking via mechanistic interpretability](../bibliography.md#grokking), whose network, measures and
# claims these pages repeat, and the earlier report on the same work,
# [A Mechanistic Interpretability Analysis of Grokking](https://www.lesswrong.com/posts/N6WM6hs7RQMKDhYjB/a-mechanistic-interpretability-analysis-of-grokking).
