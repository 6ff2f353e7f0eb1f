"""Does a latent fire because of a property of the text?

Some texts have the property and others have not; every latent has one number for each text
(`Latents.pooled`). If the property changes nothing, the labels could be dealt out anew: that is the
one assumption behind all tests here.

- `permutation`: p of each latent by itself, exact where all relabelings can be listed.
- `multiple`: Bonferroni and Benjamini-Hochberg, for many latents at once.
- `maximum`: the largest difference of any latent, which holds for many latents from few texts.
- `effect`, `power`, `planning`: how large is it, would one see it, how many texts does it take?
- `rule`, `always_on`, `pooling`: what people do instead, and what goes wrong there.
- `simulated`: made-up latents whose truth is known.

    tested = maximum.compare(latents.pooled("max"), happy)
    tested.found(0.05)
"""
