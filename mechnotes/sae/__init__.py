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
- `latents`, `examples`: what fires on a text, and on which texts a latent fires.
- `measures`, `recovered`, `matching`: how good is one, and do two agree?

Four packages ask one question each, and use only what is above and the packages named before them:

- `statistics`: does a latent fire because of a property?
- `synthetic`: does an autoencoder find a dictionary that we planted?
- `effects`: what feeds a latent, what does it feed, and what happens when it is turned up or off?
- `meaning`: what does a latent stand for, by the labels of the storybook?
"""

from mechnotes.sae.latents import extract as extract
from mechnotes.sae.library import load as load
from mechnotes.sae.library import save as save
