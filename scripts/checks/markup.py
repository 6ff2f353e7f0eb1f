"""HTML as the checks see it: a flat list of elements in reading order.

Only what some check asks for is kept: tags with their attributes, whether an element stands inside
a figure or an SVG, and the text of those elements whose text matters.
"""

from dataclasses import dataclass
from html.parser import HTMLParser

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
SPOKEN = {*HEADINGS, "title", "script", "style"}
SURROUNDINGS = {"figure", "svg"}


@dataclass
class Element:
    """One tag; `text` is filled for headings, titles, scripts, styles and formulas."""

    tag: str
    attributes: dict[str, str]
    inside: frozenset[str]
    text: str = ""

    @property
    def classes(self) -> list[str]:
        """Names in its `class` attribute."""
        return self.attributes.get("class", "").split()

    def says(self, *names: str) -> bool:
        """Whether one of these attributes is there and not empty."""
        return any(self.attributes.get(name, "").strip() for name in names)


class Reader(HTMLParser):
    """Collects the elements of one page."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self._around: list[str] = []
        self._listening: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element and what it stands in."""
        attributes = {name: value or "" for name, value in attrs}
        element = Element(tag, attributes, frozenset(self._around))
        self.elements.append(element)
        if tag in SURROUNDINGS:
            self._around.append(tag)
        if tag in SPOKEN or "arithmatex" in element.classes:
            self._listening.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A tag that closes itself, as SVG has them, surrounds nothing."""
        self.handle_starttag(tag, attrs)
        if tag in SURROUNDINGS | SPOKEN:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        """Leave what this tag opened."""
        if tag in self._around:
            last = len(self._around) - 1 - self._around[::-1].index(tag)
            del self._around[last:]
        if self._listening and self._listening[-1].tag == tag:
            self._listening.pop()

    def handle_data(self, data: str) -> None:
        """Add text to what listens."""
        for element in self._listening:
            element.text += data


def elements(text: str) -> list[Element]:
    """All elements of an HTML text."""
    reader = Reader()
    reader.feed(text)
    reader.close()
    return reader.elements
