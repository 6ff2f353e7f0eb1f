"""A text as the token numbers that a model expects, or the reason why it has none."""

from typing import Any, NoReturn

from mechnotes import validate
from mechnotes._models import weights
from mechnotes._typing import LanguageModel


def checked(text: object) -> list[str]:
    """One or several texts, none of them empty."""
    listed = list(text) if isinstance(text, list | tuple) else [text]
    words = [one for one in listed if isinstance(one, str) and one.strip()]
    if not words or len(words) < len(listed):
        validate.refuse(
            "text",
            got=repr(text),
            expected="a text, or a list of texts, with at least one word in each",
            fix="Write some words.",
        )
    return words


def row(model: LanguageModel, text: str) -> list[int]:
    """Token numbers of one text."""
    tokenizer, n_ctx = model.tokenizer, model.cfg.n_ctx
    numbers = tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"]
    special = (tokenizer.bos_token_id, tokenizer.eos_token_id)
    if tokenizer.unk_token_id not in (None, *special) and tokenizer.unk_token_id in numbers:
        _refuse_unknown(tokenizer, text)
    if model.cfg.default_prepend_bos and tokenizer.bos_token_id is not None:
        numbers = [tokenizer.bos_token_id, *numbers[numbers[:1] == [tokenizer.bos_token_id] :]]
    if max(numbers, default=0) >= model.cfg.d_vocab:
        weights.refuse(
            f"token {max(numbers)} of {text[:40]!r}, where the model has {model.cfg.d_vocab}"
        )
    if len(numbers) > n_ctx:
        validate.refuse(
            "text",
            got=f"{len(numbers)} tokens, beginning {text[:40]!r}",
            expected=f"at most {n_ctx} tokens, the mark at the beginning included",
            fix="Shorten it, or cut it into several texts.",
        )
    return numbers


def _refuse_unknown(tokenizer: Any, text: str) -> NoReturn:
    """Name the words that would have become `<unk>`, with the nearest known ones."""
    from mechnotes.storybook.tokenizer import suggested

    def unknown(word: str) -> bool:
        return tokenizer.unk_token_id in tokenizer(word, add_special_tokens=False)["input_ids"]

    known = sorted(set(tokenizer.get_vocab()) - set(tokenizer.all_special_tokens))
    words = [suggested(word, known) for word in dict.fromkeys(text.split()) if unknown(word)]
    validate.refuse(
        "text",
        got=", ".join(words),
        expected="words that the model's tokenizer knows",
        fix="Take other words, with spaces around commas and full stops if the storybook reads it.",
    )
