"""What do transformers without layers, and with one, know? Their tables, read off the weights.

- `chains`, `sampling`: languages whose next token is known in closed form, and their texts
- `config`, `training`: what is trained on them, and the experiment that trains it
- `tables`, `skip_trigrams`: bigrams and skip-trigrams read off weights
- `paths`: the logits of a transformer as a sum of paths
- `uplifts`: what a word earlier in the text does to the logits, measured by putting it there
- `evaluation`: trained models on fresh texts, and whether the tables foretell them
- `measures`, `claims`: the numbers, beside their controls

Source: Elhage et al. 2021, A Mathematical Framework for Transformer Circuits.
"""
