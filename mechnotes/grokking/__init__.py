"""How does a transformer that adds modulo a prime come to generalise, long after it memorised?

`training` runs the experiment of Nanda et al. 2023 and keeps weights and curves; `model` is the
network, computed where its answer is read; `fourier` finds its frequencies and `progress` measures
how far the circuit has come; `claims` compares with the paper. Begin with `training.train`.
"""
