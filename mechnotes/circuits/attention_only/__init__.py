"""Attention-only transformers without layer norm, whose logits are plain sums of paths.

- `weights`: the tensors, for many models side by side
- `model`: what happens in them, number by number; and the same fast, for training
- `products`: query-key and output-value circuits, and the copying score
- `fitting`: train many models at once
- `bridge`: one of them as a `LanguageModel`, for `patching` and `scores`

Source: Elhage et al. 2021, A Mathematical Framework for Transformer Circuits.
"""
