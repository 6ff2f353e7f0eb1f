"""Learning in context: every text has rules of its own, and a model must find them while it reads.

- `chains`: texts from random Markov chains
- `bayes`: what the best predictors can know, exactly
- `config`, `training`: attention-only models, many seeds side by side
- `claims`: the published course of training, measured again

Source: Edelman et al. 2024, arXiv:2402.11004, The Evolution of Statistical Induction Heads.
"""
