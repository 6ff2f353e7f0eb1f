"""Mechanistic interpretability that you can run, one module per idea.

Every figure on the study site is computed by a function of this package and every claim is a check
in it. A module's path is its one public home: `from mechnotes.superposition import geometry`, then
`geometry.dimensionality(W)`. Importing `mechnotes` itself loads nothing heavy.

- `mechnotes.superposition`: toy models that store more features than they have dimensions
- `mechnotes.monosemanticity`: toy models with a hidden layer, trained by the batch: Table 1 of
  Engineering Monosemanticity
- `mechnotes.grokking`: modular addition, learnt by heart first and understood later
- `mechnotes.storybook`, `mechnotes.models`, `mechnotes.prompts`: a language model whose truth is
  known, one door to it and to all others, and pairs of prompts
- `mechnotes.patching`: activation and path patching, ablation, attribution; small networks on which
  their answers are known
- `mechnotes.circuits`: scores of heads, quality and discovery of circuits
- `mechnotes.sae`: sparse autoencoders over sae_lens: train, load, read, test, steer
- `mechnotes.exercises`: tasks whose checker recognises the usual mistakes
- `mechnotes.plots`: figures and diagrams in the site's colours, for light and for dark
- `mechnotes.experiments`, `mechnotes.claims`: cached runs with their provenance, and statements
  that are measured
"""

__version__ = "0.1.0"
