"""Turns a figure's light and dark SVG into what a record keeps and what a page carries.

If both versions differ in palette colours only, one inline SVG with the site's CSS variables
follows the reader's choice. Otherwise (a colour map, or more than 30 KB) the page gets two files
named by their content, as WebP where the SVG passes 60 KB.
"""

import base64
import hashlib
import html
import re
from dataclasses import dataclass, field

INLINE_BYTES = 30_000
NOISE = re.compile(r"<\?xml.*?\?>|<!DOCTYPE.*?>|<!--.*?-->|<metadata>.*?</metadata>", re.S)
GLOBAL_STYLE = re.compile(r"<defs>\s*<style[^>]*>.*?</style>\s*</defs>", re.S)
REFERENCE = re.compile(r'url\(#([^)]+)\)|href="#([^"]+)"')
FAMILY = re.compile(r"font-family: [^;\"]+;? ?")
TAG = re.compile(r"<[^>]+>")
LONG = re.compile(r"(?<![\w#])-?\d+\.\d{3,}")
JOINS = 'stroke-linejoin="round" stroke-linecap="butt"'
ROOT = re.compile(r'<svg[^>]*?width="([\d.]+)pt" height="([\d.]+)pt" viewBox="([^"]+)"[^>]*>')


@dataclass(frozen=True)
class Shown:
    """A figure as HTML on one line, with the files that the HTML names."""

    html: str
    files: dict[str, bytes] = field(default_factory=dict)


def kept(bundle: dict) -> dict:
    """What a record keeps of a figure, from the bundle that a kernel sends.

    Either `svg`, with variables for colours, or `light` and `dark`, and always `data`, the arrays
    behind the figure.
    """
    light, dark = _clean(bundle["light"]), _clean(bundle["dark"])
    themed = _with_variables(light, bundle["palette"], 0)
    if len(themed) <= INLINE_BYTES and themed == _with_variables(dark, bundle["palette"], 1):
        return {"svg": themed, "data": bundle["data"]}
    size = ROOT.search(light)
    assert size is not None
    return {
        "size": _pixels(size),
        "light": bundle["light_webp"] or light,
        "dark": bundle["dark_webp"] or dark,
        "data": bundle["data"],
    }


def show(figure: dict, *, alt: str, name: str) -> Shown:
    """HTML for one recorded figure; `name` is unique on the page and prefixes its ids."""
    if "svg" in figure:
        return Shown(_inline(figure["svg"], alt=alt, name=name))
    versions = {theme: _file(figure[theme]) for theme in ("light", "dark")}
    width, height = figure["size"]
    tags = [
        f'<img class="mn-only-{theme}" src="{file}" alt="{html.escape(alt)}" '
        f'width="{width}" height="{height}" loading="lazy">'
        for theme, (file, _) in versions.items()
    ]
    return Shown("".join(tags), dict(versions.values()))


def _clean(svg: str) -> str:
    """One line, no prologue, no page-wide style, and only ids that something refers to.

    Matplotlib's ids are digests that change with a colour; counted ids make the light and the dark
    version comparable.
    """
    svg = GLOBAL_STYLE.sub("", NOISE.sub("", svg)).strip()
    used = dict.fromkeys(first or second for first, second in REFERENCE.findall(svg))
    svg = re.sub(r' id="([^"]*)"', lambda found: found[0] if found[1] in used else "", svg)
    for number, name in enumerate(used):
        for sign in ('id="{}"', 'href="#{}"', "url(#{})"):
            svg = svg.replace(sign.format(name), sign.format(f"i{number}"))
    svg = TAG.sub(_shortened, FAMILY.sub("", svg))
    return re.sub(r"\s*\n\s*", " ", svg)


def _shortened(tag: re.Match) -> str:
    """A tag with two decimals in its coordinates; the words between tags keep all their digits."""
    return LONG.sub(_rounded, tag[0])


def _rounded(number: re.Match) -> str:
    return f"{float(number[0]):.2f}".rstrip("0").rstrip(".")


def _with_variables(svg: str, palette: dict, theme: int) -> str:
    """Replace this theme's palette colours by the site's variables."""
    for name, colours in palette.items():
        svg = svg.replace(colours[theme], f"var(--mn-{name.replace('_', '-')})")
    return svg


def _inline(svg: str, *, alt: str, name: str) -> str:
    prefixed = re.sub(r' id="', f' id="{name}-', svg)
    prefixed = re.sub(r"url\(#", f"url(#{name}-", prefixed)
    prefixed = re.sub(r'(?:xlink:)?href="#', f'href="#{name}-', prefixed)
    return ROOT.sub(lambda root: _root(root, alt), prefixed, count=1)


def _root(root: re.Match, alt: str) -> str:
    width, height = _pixels(root)
    return (
        f'<svg role="img" aria-label="{html.escape(alt)}" width="{width}" height="{height}" '
        f'viewBox="{root[3]}" {JOINS} font-family="var(--mn-figure-font)">'
    )


def _pixels(root: re.Match) -> list[int]:
    """Width and height of an SVG that gives them in points."""
    return [round(float(root[side]) * 4 / 3) for side in (1, 2)]


def _file(kept: str) -> tuple[str, bytes]:
    """Name and content of a figure's file, from its SVG or its WebP in base 64."""
    if kept.startswith("<svg"):
        fonts = f'<svg {JOINS} font-family="system-ui, sans-serif" '
        content, suffix = kept.replace("<svg ", fonts, 1).encode(), "svg"
    else:
        content, suffix = base64.b64decode(kept), "webp"
    return f"{hashlib.sha256(content).hexdigest()[:12]}.{suffix}", content
