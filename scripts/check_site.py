"""Check the built site: links, words for pictures, weight, third parties, structure, public API.

    python scripts/check_site.py [site/]

Prints one line a problem, `page: what: detail`, then the counts; exit status 1 if there is any.
Reads files only: no browser, no network, nothing but the standard library.
"""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from checks import inventory, links, outside, pictures, structure, weight
from checks.site import Problem, Site

HERE = Path(__file__).resolve().parents[1]


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; 0 if nothing is wrong."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("site", nargs="?", type=Path, default=HERE / "site")
    parser.add_argument("--package", type=Path, default=HERE / "mechnotes")
    chosen = parser.parse_args(arguments)
    if not (chosen.site / "index.html").is_file():
        print(f"{chosen.site} holds no site: run `python scripts/dev.py build`", file=sys.stderr)
        return 1
    start = time.monotonic()
    site = Site(chosen.site)
    found = {name: list(problems) for name, problems in _checks(site, chosen.package)}
    for problem in [problem for problems in found.values() for problem in problems]:
        print(problem)
    _summary(site, found, time.monotonic() - start)
    return 1 if any(found.values()) else 0


def _checks(site: Site, package: Path) -> Iterator[tuple[str, Iterator[Problem]]]:
    yield "links", links.check(site)
    yield "pictures", pictures.check(site)
    yield "structure", structure.check(site)
    yield "third parties", outside.check(site)
    yield "weight", weight.check(site)
    yield "public API", inventory.check(site, package)


def _summary(site: Site, found: dict[str, list[Problem]], seconds: float) -> None:
    counts = ", ".join(f"{name} {len(problems)}" for name, problems in found.items())
    heaviest = max(site.pages.values(), key=lambda page: weight.total(site, page))
    kilobytes = weight.total(site, heaviest) / 1000
    print(f"heaviest first visit: {heaviest.path}, {kilobytes:.0f} KB")
    print(f"{len(site.pages)} pages in {seconds:.1f} s; problems: {counts}")


if __name__ == "__main__":
    sys.exit(main())
