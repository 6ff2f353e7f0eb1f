# ---
# summary: >-
#   Fourteen papers and posts on sparse autoencoders, in eight groups: what each asked, what to look for while reading, and
#   which part of it runs on this site. Most of it cannot run here, and that is said.
# needs:
#   - "[sparse autoencoders](../../notes/sparse_autoencoders.py)"
# ---

# %% [markdown]
# # What should one read, and what of it can be run?
#
# The papers used models and computers that we do not have. For each of them: the question, how it was approached, what to watch for, and the part
# that this site runs on a small model whose truth is known. Nothing below is a result of ours unless it is linked.

# %% [markdown]
# ## Towards Monosemanticity
#
# *Bricken, Templeton and others, 2023.* [The paper](https://transformer-circuits.pub/2023/monosemantic-features/index.html).
#
# **The question.** The neurons of a language model are [polysemantic](../../glossary.md#polysemantic). Can the directions that are not
# be learnt from activations alone?
#
# **The approach, in order.** Train a transformer with one layer and 512 MLP neurons. Collect eight billion activation vectors of the MLP. Train
# autoencoders of several sizes, from as many latents as neurons to 256 times as many, with a penalty on the sum of the latents. Look at the latents: on which
# texts they fire, which words they make more likely, what people and models say about them, what happens when one is switched off or on. Compare with other runs.
#
# **While reading.** The run called A/1 has 4,096 latents, of which 168 never fire. Ask of every latent shown: how was it chosen? The paper gives evidence of two kinds,
# that a latent fires *only* on its context and that it fires on *all* of it, and the second is much rarer. A neuron is shown
# that answers to citations, English dialogue, HTTP requests and Korean.
#
# **Run here.** [A neuron of the storybook's MLP with several meanings, taken apart](80_towards_monosemanticity.py); precision *and* recall, because we know every label;
# the effect on the output, [by intervention](60_ablate_and_steer.py). **Not run**: their model and data.
#
# A question to take along, from the AI Safety Fundamentals course: open
# [latent 442 of A/1](https://transformer-circuits.pub/2023/monosemantic-features/vis/a1.html#feature-442). In what contexts does it fire? In which that look alike does it *not*? Which words does it make more likely?
# How could one use it, and how might that fail? We do not give the answer, since it could not be checked from here. Practise on
# [ours](90_latent_browser.py), where it can.

# %% [markdown]
# ## Scaling Monosemanticity
#
# *Templeton, Conerly and others, 2024.* [The paper](https://transformer-circuits.pub/2024/scaling-monosemanticity/index.html).
#
# **The question.** Does it still work on a large model, Claude 3 Sonnet? Autoencoders were trained on the residual stream in the middle of the model, with up to millions of latents.
#
# **While reading.** Keep three things apart: latents that *fire* on an idea, latents that *change what the model says* when they are set to a
# high value, and latents that the model *uses* in its own computation. Most examples show the first two. Look at what the authors say about how
# many ideas have no latent, and about the cost of finding rare ones.
#
# **Run here.** [Setting a latent and measuring the answer](60_ablate_and_steer.py), against random directions of the same length.
# **Not run**: anything on a large model.

# %% [markdown]
# ## Mapping the Mind of a Large Language Model
#
# *Anthropic, 2024.* [The post](https://www.anthropic.com/research/mapping-mind-language-model) that tells the story of the paper above to everybody.
#
# **To take away.** Ideas in a model are patterns over many neurons, and a neuron takes part in many ideas. The patterns can be found, the near ones of a pattern are related in meaning,
# and turning one up changes behaviour. What was found is a small part of what is there, and knowing *that* a pattern stands for something
# does not yet say how the model uses it.
#
# **While reading.** For each sentence ask which figure of the paper supports it.

# %% [markdown]
# ## Scaling and evaluating sparse autoencoders
#
# *Gao and others, 2024.* [arXiv:2406.04093](https://arxiv.org/abs/2406.04093).
#
# **The question.** How do autoencoders behave as they grow, and how can they be compared? TopK replaces the penalty by a number, and an auxiliary
# loss lets dead latents explain what the living leave over.
#
# **While reading.** Mean squared error is not the aim. The paper gives other measures: the loss of the model with the copy in place, whether known properties can be read
# off single latents, whether explanations are sharp, how sparse the effects on the output are.
#
# **Run here.** The TopK encoder and the auxiliary loss [with and without](70_synthetic_truth.py); [the trade of L0 against error](85_three_architectures.py) on equal data;
# known properties read off single latents, [scored](80_towards_monosemanticity.py). **Not run**: laws of scaling.

# %% [markdown]
# ## Transcoders and attribution graphs
#
# *Dunefsky, Chlenski and Nanda, 2024*, [arXiv:2406.11944](https://arxiv.org/abs/2406.11944);
# *Ameisen, Lindsey and others, 2025*, [Circuit Tracing](https://transformer-circuits.pub/2025/attribution-graphs/methods.html) and
# [On the Biology of a Large Language Model](https://transformer-circuits.pub/2025/attribution-graphs/biology.html).
#
# **The question.** An autoencoder copies an activation at one place. How does one get from latents at one place to latents at the next, through an MLP? A transcoder does not copy: it
# learns to do what the MLP does, with sparse latents in between. Then latent leads to latent by weights alone, and a graph of them can be
# drawn for a prompt.
#
# **While reading.** The graph belongs to a *replacement* of the model, with error terms and with the attention patterns held fixed. The claims about the
# model are those that were checked by intervening in the model itself.
#
# **Run here.** [From a latent to the heads and neurons that feed it](50_latent_to_weights.py), in the model itself. **Not run**: transcoders.

# %% [markdown]
# ## Matryoshka autoencoders
#
# *Bussmann, Nabeshima, Karvonen and Nanda, 2025.* [arXiv:2503.17547](https://arxiv.org/abs/2503.17547). The problem they answer, absorption: *Chanin and others, 2024*,
# [arXiv:2409.14507](https://arxiv.org/abs/2409.14507).
#
# **The idea.** The first few latents must copy the activation as well as they can alone, and so must the first few more. General latents then cannot leave a hole where a special one fires,
# because the special one is not there yet.
#
# **Run here.** [Absorption](70_synthetic_truth.py) on planted parents and children. **Not run**: the cure.

# %% [markdown]
# ## Crosscoders
#
# *Lindsey, Templeton and others, 2024.* [The post](https://transformer-circuits.pub/2024/crosscoders/index.html).
#
# **The idea.** One set of latents reads several layers at once, or two models at once. A feature that stays in the residual stream over ten layers is then found once instead of ten times, and what two
# models share is told apart from what only one of them has.
#
# **Not run here.** A page that does it needs two models to compare, and the storybook has three seeds; it would be a good one to write.

# %% [markdown]
# ## The negative results
#
# - *Smith, Rajamanoharan, Conmy and others, 2025*, Google DeepMind:
#   [negative results on downstream tasks](https://www.alignmentforum.org/posts/4uXCAJNuPKtKBsi28/negative-results-for-saes-on-downstream-tasks). Linear probes on activations detected harmful
#   intent better than anything built on latents, and most of all on new kinds of text.
# - *Kantamneni and others, 2025*, [arXiv:2502.16681](https://arxiv.org/abs/2502.16681): over many data sets, probes on latents do not beat good probes on activations.
# - *Paulo and Belrose, 2025*, [arXiv:2501.16615](https://arxiv.org/abs/2501.16615): autoencoders that differ in their seed alone. Of 131,000 latents on Llama 3 8B about 30 % were shared, and TopK was less stable than ReLU.
# - *Heap and others, 2025*, [arXiv:2501.17727](https://arxiv.org/abs/2501.17727): on transformers with random weights, latents look about as interpretable to the usual scores as on trained ones.
#
# **While reading.** A negative result is about a use. None of these says that latents are meaningless; they say that a simpler tool did better where there was one to compare, that another seed finds other latents, or that a score could not tell the difference.
#
# **Run here.** The probe as ceiling and the untrained model as control stand [beside the latents that we score](80_towards_monosemanticity.py) for five labels, with three seeds each.
