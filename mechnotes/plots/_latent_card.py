"""One latent's card as HTML; `docs/assets/js/latents.js` makes the same of the same words."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

Told = Mapping[str, Any]
"""A card as words, numbers written out; see `browser._told`."""


def element(tag: str, inside: str = "", **attributes: object) -> str:
    """An element around HTML; an underscore in an attribute's name stands for a hyphen."""
    pairs = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
    named = "".join(f' {name}="{escape(str(value))}"' for name, value in pairs.items())
    return f"<{tag}{named}>{inside}</{tag}>"


def card(told: Told, *, labels: Sequence[str], texts: Sequence[Sequence[str]]) -> str:
    """All that is known of a latent."""
    name = f"Latent {told['latent']}"
    title = element("strong", name)
    if not told["bars"]:
        silent = element("p", f"{title} fires on none of these tokens.")
        return element("section", silent, class_="mn-latent", aria_label=name)
    title += (
        f" fires on {told['density']} % of tokens. Best description: "
        f"{element('em', escape(told['is']))}, precision {told['fit'][0]}, recall {told['fit'][1]}."
    )
    ends = (element("span", said) for said in ("0", "its values where it fires", told["largest"]))
    parts = [
        element("p", title),
        _bars(told),
        element("p", "".join(ends), class_="mn-ends"),
        _facts(told, labels),
        _examples("Strongest", told["strongest"], texts),
        _examples("From weak to strong, at even steps", told["spread"], texts),
    ]
    style = f"--mn-largest:{told['largest']}"
    return element("section", "".join(parts), class_="mn-latent", aria_label=name, style=style)


def _bars(told: Told) -> str:
    bars = "".join(element("i", style=f"--mn-share:{share}") for share in told["bars"])
    return element("div", bars, class_="mn-bars", role="img", aria_label=told["histogram"])


def _facts(told: Told, labels: Sequence[str]) -> str:
    names = [element("th", name, scope="col") for name in ("precision", "recall", "F1")]
    rows = [
        element("th", escape(label), scope="row") + "".join(element("td", x) for x in scores)
        for label, scores in zip(labels, told["scores"], strict=True)
    ]
    table = element(
        "table",
        element("caption", "Labels, on texts not used to choose")
        + element("thead", element("tr", element("td") + "".join(names)))
        + element("tbody", "".join(element("tr", row) for row in rows)),
        class_="mn-scores",
    )
    words = "".join(
        element("dt", name) + element("dd", escape(told[key]))
        for name, key in (("Raises", "raises"), ("Lowers", "lowers"))
    )
    return element("div", table + element("dl", words), class_="mn-facts")


def _examples(name: str, examples: Sequence[Sequence[Any]], texts: Sequence[Sequence[str]]) -> str:
    items = "".join(element("li", _example(one, texts)) for one in examples)
    title = element("p", name, class_="mn-part", aria_hidden="true")
    return title + element("ol", items, aria_label=name)


def _example(example: Sequence[Any], texts: Sequence[Sequence[str]]) -> str:
    """The value, and the words around it with those marked on which the latent fires."""
    text, position, start, end, values = example
    at, shown = dict(values), []
    for place in range(start, end):
        word = escape(texts[text][place], quote=False)
        if place in at:
            peak = {"class_": "mn-peak"} if place == position else {}
            word = element("mark", word, **peak, style=f"--mn-value:{at[place]}", title=at[place])
        shown.append(word)
    return f"{element('b', at[position])} {' '.join(shown)}"
