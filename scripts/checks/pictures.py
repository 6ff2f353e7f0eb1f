"""Does every picture say in words what it shows?

An empty `alt` marks a picture as decoration, which is right for a logo beside its name and wrong in
a figure.
"""

from collections.abc import Iterator

from .markup import Element
from .site import Problem, Site

NAMES = ("aria-label", "aria-labelledby")


def check(site: Site) -> Iterator[Problem]:
    """Pictures without words."""
    for page in site.pages.values():
        for element in page.tags("img", "svg"):
            if reason := _reason(element):
                yield Problem(page.path, "picture without words", f"{reason} {_name(element)}")


def _reason(element: Element) -> str:
    hidden = element.attributes.get("aria-hidden") == "true"
    in_figure = "figure" in element.inside
    if element.tag == "img":
        if in_figure and not element.says("alt", *NAMES):
            return "an image in a figure has no alt text"
        silent = not hidden and "alt" not in element.attributes and not element.says(*NAMES)
        return "an image has no alt attribute" if silent else ""
    if "svg" in element.inside or hidden:
        return "an SVG in a figure is hidden from readers" if hidden and in_figure else ""
    is_picture = element.attributes.get("role") == "img"
    if in_figure and not is_picture:
        return 'an SVG in a figure has no role="img"'
    return "an SVG has no aria-label" if is_picture and not element.says(*NAMES) else ""


def _name(element: Element) -> str:
    return element.attributes.get("src") or element.attributes.get("viewbox", "")
