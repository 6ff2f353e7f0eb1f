"""Runs the site's executable pages and keeps what they say.

    python scripts/pages.py list      which pages are fresh
    python scripts/pages.py run       run stale pages and publish their outputs to docs/.outputs
    python scripts/pages.py verify    run every page again and fail where one says something else

`run` and `verify` take names of pages to restrict themselves to; `run --again` runs fresh ones too.
"""

import argparse
import sys

if __name__ == "__main__":
    from setup import enter

    enter.project_environment("jupytext")

from pipeline import compare, compose, lessons, records, source
from pipeline.kernels import Kernels
from pipeline.project import HERE, Project
from pipeline.records import Record
from pipeline.source import Page, PageError


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; 0 if every page is as it should be."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("command", choices=("list", "run", "verify"))
    parser.add_argument("pages", nargs="*", help="parts of page names")
    parser.add_argument("--again", action="store_true", help="run fresh pages too")
    chosen = parser.parse_args(arguments)
    project = Project(HERE)
    try:
        pages = _chosen(project, chosen.pages)
    except PageError as error:
        return _fail([str(error)])
    if chosen.command == "list":
        return _list(project, pages)
    if chosen.command == "run":
        return publish(project, pages, again=chosen.again)
    return verify(project, pages)


def publish(project: Project, pages: list[Page], *, again: bool = False) -> int:
    """Run what is stale, then write every record to the committed store."""
    known = {} if again else _fresh(project, pages)
    told = known | _run(project, [page for page in pages if page.uri not in known])
    failed = [str(result) for result in told.values() if isinstance(result, PageError)]
    for page in pages:
        result = told[page.uri]
        if isinstance(result, Record):
            failed += _composes(page, result)
            print(f"{'wrote' if records.publish(project, result) else 'same '} {page.uri}")
    _remove_orphans(project)
    return _fail(failed)


def verify(project: Project, pages: list[Page]) -> int:
    """Run every page and compare with what is committed."""
    told = _run(project, pages)
    failed = []
    for page in pages:
        failed += [f"{page.uri}: {reason}" for reason in _reasons(project, page, told[page.uri])]
    print(f"{len(pages)} pages run again, {len(failed)} differences")
    return _fail(failed)


def _reasons(project: Project, page: Page, result: Record | PageError) -> list[str]:
    if isinstance(result, PageError):
        return [result.message]
    before = records.committed(project, page.uri)
    if before is None or before.code != page.key:
        return ["its outputs are not committed: run `python scripts/dev.py pages`"]
    if before.reads != result.reads:
        changed = sorted(set(before.reads.items()) ^ set(result.reads.items()))
        names = ", ".join(dict(changed))
        return [f"{names} changed since: run `python scripts/dev.py pages`"]
    return list(compare.differences(page, before, result))


def _chosen(project: Project, parts: list[str]) -> list[Page]:
    known = project.pages()
    for part in parts:
        if not any(part in uri for uri in known):
            raise PageError(part, f"no page has this in its name; there are {', '.join(known)}")
    uris = [uri for uri in known if not parts or any(part in uri for part in parts)]
    pages = [source.read(project, uri) for uri in uris]
    return [page for page in pages if page.code]


def _fresh(project: Project, pages: list[Page]) -> dict[str, Record]:
    found = {page.uri: records.fresh(project, page) for page in pages}
    return {uri: record for uri, record in found.items() if record}


def _run(project: Project, pages: list[Page]) -> dict[str, Record | PageError]:
    return lessons.run(project, pages, Kernels(project), say=lambda line: print(line, flush=True))


def _composes(page: Page, record: Record) -> list[str]:
    try:
        compose.compose(page, record)
    except PageError as error:
        return [str(error)]
    return []


def _list(project: Project, pages: list[Page]) -> int:
    fresh = _fresh(project, pages)
    for page in pages:
        state = "fresh" if page.uri in fresh else "stale"
        if page.uri in fresh and records.committed(project, page.uri) != fresh[page.uri]:
            state = "fresh, but not committed: run `make pages`"
        print(f"{page.uri}  {state}")
    return 0


def _remove_orphans(project: Project) -> None:
    kept = {records.committed_path(project, uri) for uri in project.pages()}
    for path in project.committed.rglob("*.json"):
        if path not in kept:
            path.unlink()


def _fail(failed: list[str]) -> int:
    for line in failed:
        print(line, file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
