"""Which directions does a model use, when there are more of them than it has dimensions?

A sparse autoencoder (SAE) rewrites an activation vector as a sum of few learned directions out of
many. Autoencoders are those of sae_lens; three doors are enough for a first look:

    from mechnotes import models, sae

    model = models.load("storybook")
    autoencoder = sae.load("storybook", "block-1-topk-512-seed-0")
    latents = sae.extract(model, autoencoder, ["Tom found a map . he felt happy ."])

The same lines run on GPT-2, with `models.load("gpt2")` and
`sae.load("gpt2-small-res-jb", "blocks.8.hook_resid_pre")`, where the model hub can be reached.

- `config`, `cases`, `activations`, `training`: train one, on anything or on the storybook.
- `library`, `published`, `autoencoder`: load and save; what is asked of one.
- `reference`, `encoders`: a sparse autoencoder in a few lines, to read.
- `latents`, `examples`, `dashboard`: what fires on a text, and on which texts a latent fires.
- `measures`, `recovered`, `matching`: how good is one, and do two agree?
- `synthetic` and what begins so, `absorption`: activations made from a dictionary that is known.
- `statistics`, `statements`: does a latent fire because of a property?
- `labels`, `candidates`, `specificity`, `decomposition`: what does it stand for, by the labels?
- `weights`, `writers`, `feeding`: what feeds a latent, and what does it feed?
- `steering`, `doses`, `silencing`, `moods`: turn it up, or off, and look.
"""

from mechnotes.sae.latents import extract as extract
from mechnotes.sae.library import load as load
from mechnotes.sae.library import save as save
