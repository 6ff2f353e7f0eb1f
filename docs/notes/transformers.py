# ---
# order: 20
# group: Language models
# title: Transformers
# summary: >-
#   A language model turns a text into a guess about the next word. The guess is worked out in steps that
#   all write into one running sum, and that is why we can take it apart.
# ---

# %% [markdown]
# # How a language model computes
#
# Give a language model the beginning of a text and it answers with a chance for every word that could
# come next. Nothing else comes out, at any point, ever. Whatever it knows about grammar, people or
# arithmetic shows itself only in those chances. [Mechanistic
# interpretability](../glossary.md#mechanistic-interpretability) asks how they are worked out.

# %% [markdown]
# ## The four stages
#
# **Tokens.** The text is cut into [tokens](../glossary.md#token), entries of a fixed list. In GPT-2 a
# token is often a piece of a word; in our [storybook model](../examples/transformers/10_meet_the_storybook.py)
# it is a word.
#
# **Embedding.** Each token is looked up in a table and becomes a vector, the
# [embedding](../glossary.md#embedding). A second table adds a vector for its place in the text. The sum
# is the first content of the [residual stream](../glossary.md#residual-stream) at that position.
#
# **Blocks.** Each block reads the stream and *adds* something to it, twice. First
# [attention heads](../glossary.md#attention-head): they are the only part that moves information from one
# position to another, and only from earlier ones to later ones. Then an [MLP](../glossary.md#mlp), which
# works on each position alone.
#
# **Unembedding.** After the last block each vector is compared with one direction per word, the
# [unembedding](../glossary.md#unembedding). The results are the [logits](../glossary.md#logit), and a
# softmax turns logits into chances.

# %% alt="A horizontal line, the residual stream, runs from the embedding at the left to the unembedding at the right. Attention and MLP boxes of two blocks branch off, and arrows lead back into the line." caption="Blocks read from the stream and add to it. Nothing is ever taken away, so the last vector is a sum of everything that was written." tags=["hide-input"]
from mechnotes.plots import streams

streams.plot_residual_stream(n_layers=2)

# %% [markdown]
# ## Why the sum matters
#
# Since blocks only add, the final vector $x$ at a position is
#
# $$x = e + p + \sum_{\ell} (a_\ell + m_\ell)$$
#
# where $e$ is the embedding of the token, $p$ that of its place, $a_\ell$ what the heads of block $\ell$
# wrote and $m_\ell$ what its MLP wrote. A logit is (up to the scale that the last normalisation
# chooses) one direction's share in $x$, so it is a sum of shares too: so much from the
# embedding, so much from each head, so much from each MLP. The lesson [from text to
# logits](../examples/transformers/20_from_text_to_logits.py) does this addition with real numbers.
#
# ## Off by one
#
# Blocks are counted from 0. `blocks.8.hook_resid_pre` is the stream *before* block 8, which is after
# eight blocks, 0 to 7; it is what enters the ninth. `blocks.7.hook_resid_post` is the same vector.
# Half of all confusion about "layer 8" is this. [Checked on every
# block](../examples/transformers/20_from_text_to_logits.py#off-by-one).
#
# ## Does every layer have its job?
#
# A story is often told about GPT-2: the lower blocks deal with words, the middle ones with phrases, the
# upper ones with meaning. It is a hypothesis. For a model whose language we
# wrote it can be put to the test: [what does each layer
# know?](../examples/transformers/30_what_each_layer_knows.py)
#
# ## Where to see it
#
# 1. [How well does the storybook model know its language?](../examples/transformers/10_meet_the_storybook.py)
# 2. [From text to logits: one forward pass by hand](../examples/transformers/20_from_text_to_logits.py)
# 3. [What does each layer know?](../examples/transformers/30_what_each_layer_knows.py)
