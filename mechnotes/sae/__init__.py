"""Which directions does a model use, when there are more of them than it has dimensions?

A sparse autoencoder (SAE) rewrites an activation vector as a sum of few learned directions out of
many. Autoencoders are those of sae_lens; three doors are enough for a first look:

    from mechnotes import models, sae

    model = models.load("storybook")
    autoencoder = sae.load("storybook", "block-1-topk-512-seed-0")
    latents = sae.extract(model, autoencoder, ["Tom found a map . he felt happy ."])

The same lines run on GPT-2, with `models.load("gpt2")` and
`sae.load("gpt2-small-res-jb", "blocks.8.hook_resid_pre")`, where the model hub can be reached.

- `config`, `activations`, `training`: train one.
- `library`, `autoencoder`: load and save; what is asked of one.
- `latents`, `examples`: what fires on a text, and on which texts a latent fires.
- `measures`, `matching`, `synthetic`: how good is one, also where the truth is planted.
- `statistics`: does a latent fire because of a property?
- `weights`, `steering`: what a latent does to the model.
- `reference`: all of it in thirty lines, to read.
"""

from mechnotes.sae.latents import extract as extract
from mechnotes.sae.library import load as load
from mechnotes.sae.library import save as save
