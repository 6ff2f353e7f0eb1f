"""A browser of latents: pick one, and see where it fires and what it says.

One card is in the page as plain HTML, so that it is there without scripts. The other cards come as
scripts, some dozens in a file, loaded when one of them is picked: nothing is asked of a server, and
the page works from a disk. Tokens are coloured by strength and underlined with it.

All numbers are written out here; `docs/assets/js/latents.js` only puts them in place.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from mechnotes.plots import _latent_card
from mechnotes.plots._latent_card import Told, element
from mechnotes.sae.examples import Example, Examples
from mechnotes.sae.meaning.dashboard import Card, Dashboard

FILES = "application/x-mechnotes-files"
AT_ONCE = 32
"""Cards in a file."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class LatentBrowser:
    """Cards of latents to look through; a page shows it as it is."""

    cards: tuple[Told, ...]
    """What is shown of each latent."""
    texts: tuple[tuple[str, ...], ...]
    """The texts of the examples."""
    labels: tuple[str, ...]
    """The questions that latents were scored on."""
    order: tuple[tuple[str, ...], ...]
    """For each latent what the list says: density in percent, description, F1 for each label."""
    first: int
    """Place of the card that is shown at first."""

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        files = self.files
        return {"text/html": self.html(files), FILES: files}

    @property
    def files(self) -> dict[str, str]:
        """Texts of the files by name: the list, the texts of the examples, and the cards."""
        words = {word: number for number, word in enumerate(_words(self.texts))}
        texts = [[words[word] for word in text] for text in self.texts]
        told = {
            "list.js": {"labels": self.labels, "latents": self.order},
            "texts.js": {"words": [*words], "texts": texts},
        }
        for start in range(0, len(self.cards), AT_ONCE):
            told[f"cards-{start // AT_ONCE}.js"] = self.cards[start : start + AT_ONCE]
        return {name: _script(content) for name, content in told.items()}

    def html(self, files: Mapping[str, str]) -> str:
        """The controls, hidden until a script shows them, and the first card.

        Args:
            files: The files, of which the names count.
        """
        last = len(self.cards) - 1
        parts = escape(json.dumps([f"files:{name}" for name in files if name != "list.js"]))
        orders = ("number", "density", "best label", *self.labels)
        options = "".join(element("option", escape(name)) for name in orders)
        card = _latent_card.card(self.cards[self.first], labels=self.labels, texts=self.texts)
        return (
            f'<div class="mn-latents" data-list="files:list.js" data-parts="{parts}" '
            f'data-size="{AT_ONCE}"><form hidden>'
            f'<label>Latent <input name="latent" type="number" min="0" max="{last}" '
            f'value="{self.first}"></label><button type="button" value="-1">Previous</button>'
            '<button type="button" value="1">Next</button>'
            f'<label>in order of <select name="order">{options}</select></label>'
            '<label class="mn-latents-list">All latents <select name="list" size="7"></select>'
            f'</label></form><p role="status"></p>{card}</div>'
        )


def make(dashboard: Dashboard, *, first: int = 0) -> LatentBrowser:
    """Put a browser together.

    Args:
        dashboard: Cards of all latents of an autoencoder, in their order.
        first: The latent that is shown at first, and the only one without scripts.

    Raises:
        ValueError: If the cards are not those of latents 0, 1, 2 and so on, or `first` is none.
    """
    cards = dashboard.cards
    if [card.latent for card in cards] != [*range(len(cards))] or not 0 <= first < len(cards):
        raise ValueError(
            f"dashboard: got {len(cards)} cards and first={first}; expected a card for every "
            "latent in order, and one of them as first. Make them with chosen=None."
        )
    return LatentBrowser(
        cards=tuple(_told(card) for card in cards),
        texts=dashboard.texts,
        labels=tuple(score.label for score in cards[0].scores),
        order=tuple(
            (_percent(card), card.description, *(f"{score.f1:.2f}" for score in card.scores))
            for card in cards
        ),
        first=first,
    )


def _told(card: Card) -> Told:
    found = card.examples
    return {
        "latent": card.latent,
        "density": _percent(card),
        "largest": f"{found.largest:.2f}",
        "bars": _bars(found),
        "histogram": _histogram(found),
        "is": card.description,
        "fit": _written(card.precision, card.recall),
        "scores": [_written(score.precision, score.recall, score.f1) for score in card.scores],
        "raises": _signed(card.raises),
        "lowers": _signed(card.lowers),
        "strongest": [_example(example) for example in found.top],
        "spread": [_example(example) for example in found.spread],
    }


def _example(example: Example) -> list[Any]:
    """Text, token, where its words begin and end, and the values that are not 0 by token."""
    end = example.start + len(example.words)
    places = zip(range(example.start, end), example.values, strict=True)
    values = [[place, f"{value:.2f}"] for place, value in places if value]
    return [example.text, example.position, example.start, end, values]


def _written(*numbers: float) -> list[str]:
    return [f"{number:.2f}".replace("nan", "–") for number in numbers]


def _percent(card: Card) -> str:
    return f"{100 * card.examples.density:.1f}"


def _signed(words: Sequence[tuple[str, float]]) -> str:
    return ", ".join(f"{word} {value:+.2f}" for word, value in words).replace(" -", " −")


def _bars(found: Examples) -> list[str]:
    """Heights from 0 to 1; none for a latent that never fires."""
    most = int(found.counts.max())
    return [f"{n / most:.2f}" for n in found.counts.tolist()] if most else []


def _histogram(found: Examples) -> str:
    """What the bars say, in words."""
    width, highest = found.largest / len(found.counts), int(found.counts.argmax())
    return (
        f"Histogram of its values from 0 to {found.largest:.2f}: most lie between "
        f"{highest * width:.2f} and {(highest + 1) * width:.2f}"
    )


def _words(texts: Sequence[Sequence[str]]) -> list[str]:
    return sorted({word for text in texts for word in text})


def _script(content: object) -> str:
    """A script that hands its content to the element that loads it."""
    told = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return f"document.currentScript.told={told}\n"
