"""The browser of latents: one card is there without scripts, the others are in the files."""

import json
from html import unescape
from html.parser import HTMLParser

import pytest
import torch

from mechnotes.plots import browser
from mechnotes.sae.examples import Example, Examples
from mechnotes.sae.meaning.dashboard import Card, Dashboard, LabelScore

TEXTS = (("<bos>", "a", "<b>", "c"), ("<bos>", "d", "a", "&"))
ONE = Example(text=0, position=2, start=1, words=("a", "<b>", "c"), values=(0.0, 1.234, 0.5))
TWO = Example(text=1, position=3, start=1, words=("d", "a", "&"), values=(0.0, 0.0, 2.468))
SCORES = (
    LabelScore(label="happy & glad", precision=0.5, recall=1.0, f1=2 / 3),
    LabelScore(label="angry", precision=float("nan"), recall=0.0, f1=0.0),
)


def card(latent: int, *examples: Example) -> Card:
    largest = max((one.value for one in examples), default=0.0)
    return Card(
        examples=Examples(
            latent=latent,
            density=len(examples) / 6,
            largest=largest,
            counts=torch.tensor([1, 0, 2] if examples else [0, 0, 0]),
            top=examples,
            spread=examples[::-1],
        ),
        description="the word <b>",
        precision=0.987,
        recall=0.1,
        scores=SCORES,
        raises=(("a", 1.5), ("<b>", 0.25)),
        lowers=(("c", -2.0),),
    )


CARDS = tuple(card(n, *(() if n % 3 == 2 else (TWO, ONE))) for n in range(70))


@pytest.fixture(scope="module")
def made() -> browser.LatentBrowser:
    return browser.make(Dashboard(texts=TEXTS, cards=CARDS), first=1)


@pytest.fixture(scope="module")
def html(made) -> str:
    return made._repr_mimebundle_()["text/html"]


def told(made, name: str):
    """What a script hands to the element that loads it."""
    before, text = made.files[name].split("=", 1)
    assert before == "document.currentScript.told"
    return json.loads(text)


class Tags(HTMLParser):
    """Checks that tags are closed; keeps texts by the tag that they stand in."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.said: list[tuple[str, str]] = []

    def handle_starttag(self, tag, _attributes):
        if tag != "input":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.said.append((self.open[-1], data))


def test_without_scripts_one_card_is_there_and_the_controls_are_not(html):
    tags = Tags()
    tags.feed(html)
    assert tags.open == []
    assert "<form hidden>" in html
    assert ("strong", "Latent 1") in tags.said and ("em", "the word <b>") in tags.said
    assert ("mark", "<b>") in tags.said and ("mark", "&") in tags.said
    assert ("th", "happy & glad") in tags.said and ("td", "0.67") in tags.said
    assert ("td", "–") in tags.said and ("dd", "c −2.00") in tags.said


def test_only_words_on_which_it_fires_are_marked_and_carry_their_value(html):
    first = html[html.index('"Strongest">') : html.index('"From weak')]
    peak = '<mark class="mn-peak" style="--mn-value:2.47" title="2.47">&amp;</mark>'
    assert f"<li><b>2.47</b> d a {peak}</li>" in first
    assert first.count("<mark") == 3 and first.count("mn-peak") == 2
    assert "--mn-largest:2.47" in html


def test_the_histogram_says_in_words_what_its_bars_say(html):
    assert 'style="--mn-share:0.50"' in html and 'style="--mn-share:1.00"' in html
    assert "most lie between 1.65 and 2.47" in html


def test_every_latent_is_in_the_list_and_in_the_file_where_it_is_looked_for(made, html):
    assert [len(row) for row in told(made, "list.js")["latents"]] == [4] * 70
    assert told(made, "list.js")["latents"][0] == ["33.3", "the word <b>", "0.67", "0.00"]
    parts = json.loads(unescape(html.split('data-parts="')[1].split('"')[0]))
    assert parts[0] == "files:texts.js"
    for number in range(70):
        name = parts[1 + number // browser.AT_ONCE].removeprefix("files:")
        assert told(made, name)[number % browser.AT_ONCE]["latent"] == number


def test_examples_point_at_their_words(made):
    texts = told(made, "texts.js")
    text, position, start, end, values = told(made, "cards-0.js")[0]["strongest"][1]
    words = [texts["words"][texts["texts"][text][place]] for place in range(start, end)]
    assert words == ["a", "<b>", "c"] and position == 2
    assert values == [[2, "1.23"], [3, "0.50"]]


def test_a_latent_that_never_fires_says_so(made):
    silent = browser.make(Dashboard(texts=TEXTS, cards=CARDS), first=2)
    assert "fires on none of these tokens" in silent.html(silent.files)
    assert told(made, "cards-0.js")[2]["bars"] == []


@pytest.mark.bad_input
@pytest.mark.parametrize(("cards", "first"), [(CARDS[1:], 0), (CARDS, 70), ((), 0)])
def test_cards_that_are_not_all_latents_in_order_are_refused(cards, first: int):
    with pytest.raises(ValueError, match="expected a card for every latent"):
        browser.make(Dashboard(texts=TEXTS, cards=cards), first=first)
