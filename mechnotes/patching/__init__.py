"""Which part of a model matters for an answer? Change it, and look at the answer.

- `activation`: put one run's activations into another, place by place.
- `ablation`: take an activation away, in three ways.
- `paths`: change what one part tells another and nothing else.
- `attribution`: foretell every patch from one gradient.
- `direct`: what each part adds to the answer's logit without a detour, and the logit lens.
- `graphs`: the same interventions on networks small enough to see through.

Sweeps run many patches at once from the layer that they change (see `activation`).
"""
