"""Does an autoencoder find the truth, where we planted it?

Activations are made from a dictionary that is known, so whatever is found can be compared with what
is there: which atoms, how large, and what happens to a feature that comes only with another.

- `planting`, `truth`: say how a dictionary is planted, and plant it.
- `cases`, `sweeps`: autoencoders trained on planted dictionaries over one setting that varies.
- `scores`, `absorption`: how much of the truth did each find?
- `claims`, `recovery_claims`: what we say about it, measured.
"""
