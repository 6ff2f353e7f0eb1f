"""The built site, which the checks of the site and the browser tests share."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # Processes of xdist ignore Ctrl-C; servers that tests start and interrupt would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def built_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built strictly from stored outputs; no page may be executed for that.

    MECHNOTES_SITE names a site that is built already.
    """
    if built := os.environ.get("MECHNOTES_SITE"):
        return Path(built).resolve()
    if stale := stale_pages():
        pytest.fail(
            f"{', '.join(stale)}: outputs are not up to date: `python scripts/dev.py pages`"
        )
    folder = tmp_path_factory.mktemp("built") / "site"
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "ran " not in done.stderr, done.stderr
    return folder


def stale_pages() -> list[str]:
    """Pages that a build would have to execute."""
    from pipeline import records, source
    from pipeline.project import Project

    project = Project(ROOT)
    pages = [source.read(project, uri) for uri in project.pages()]
    return [page.uri for page in pages if records.fresh(project, page) is None]
