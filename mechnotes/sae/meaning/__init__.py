"""What does a latent stand for?

The storybook's grammar labels every token, so a latent can be scored against the truth, beside the
neurons, dimensions and probes that compete with it.

- `labels`, `properties`: what is true of a token, or of a text.
- `statements`: short texts of a kind, as words that any model can read.
- `candidates`, `specificity`: the best latent for a label, and how well it does on other texts.
- `decomposition`: the several meanings of one neuron, taken apart.
- `dashboard`: all that is known of a latent, on one card.
- `claims`: what we say about it, measured.
"""
