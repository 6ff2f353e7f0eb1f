"""Symbolic IOI: who receives, in five symbols? The smallest transformers for it, trained and built.

- `task`: all 60 prompts, with answers, wrong answers and named positions
- `config`, `training`: what is trained, and the experiment that trains all seeds at once
- `handmade`: solutions written down weight by weight, with two heads, two layers, or one head
- `reading`: accuracy, logit difference, where the last position looks
- `attribution`: what each head says about the two names
- `products`: what the last position asks for, and whether heads copy names
- `composition`: what the second layer's queries, keys and values owe to the first layer
- `measures`, `claims`: the published numbers, measured again

The models are those of `attention_only`, with eight symbols and five positions.

Source: Adhikari 2025, arXiv:2510.25013; the task is that of Wang et al. 2022, arXiv:2211.00593.
"""
