"""The built site on a loopback server, one Chromium, and its visit to every page."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from checks.site import Site
from setup import browser as installed

from tests.browser import chromium, serving, survey
from tests.browser.chromium import Chromium

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test here drives a browser."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def installed_browser() -> tuple[str, str]:
    """Paths of Chromium and its driver; without them tests skip, in CI they fail."""
    binary, driver = installed.chromium(), installed.driver()
    if binary is None or driver is None:
        sentence = f"{' and '.join(installed.missing())} not found. {installed.HINT}"
        if installed.required():
            pytest.fail(f"in CI the browser tests must run: {sentence}")
        pytest.skip(sentence)
    return binary, driver


@pytest.fixture(scope="session")
def site(installed_browser: tuple[str, str], built_site: Path) -> Site:
    """The built site; asked for only where there is a browser to look at it."""
    return Site(built_site)


@pytest.fixture(scope="session")
def whole_session(
    installed_browser: tuple[str, str], site: Site, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Chromium]:
    """The one browser of this run."""
    binary, driver = installed_browser
    profile = tmp_path_factory.mktemp("profile")
    world = serving.Recording(serving.NoWorld)
    with serving.serving(site.root) as ours, serving.running(world):
        started = chromium.start(profile, binary=binary, driver=driver, proxy=world.address)
        try:
            yield Chromium(started, ours, world)
        finally:
            started.quit()


@pytest.fixture
def browser(whole_session: Chromium) -> Chromium:
    """The browser of a reader who was never here, on a desktop with light paper."""
    whole_session.forget()
    whole_session.prefer("light")
    whole_session.resize(survey.DESKTOP)
    whole_session.others()
    return whole_session


@pytest.fixture(scope="session")
def visits(
    whole_session: Chromium, site: Site, tmp_path_factory: pytest.TempPathFactory
) -> list[survey.Visit]:
    """What was seen on the chosen pages; screenshots go to MECHNOTES_SCREENSHOTS if it is set."""
    asked_for = os.environ.get(survey.WHOLE)
    folder = Path(asked_for) if asked_for else tmp_path_factory.mktemp("screenshots")
    whole_session.prefer("light")
    return [survey.visit(whole_session, page, folder) for page in survey.chosen(site.pages)]
