"""What holds on every page of the site, on both papers, on a desktop and on a phone.

Of the reference pages, which one template makes, one in 16 is looked at.
"""

from checks import weight
from checks.site import Site

from tests.browser.survey import Visit

Visits = list[Visit]


def test_every_page_that_somebody_wrote_was_visited_and_some_of_the_reference(
    visits: Visits, site: Site
):
    seen = {visit.page for visit in visits}
    assert {page for page in site.pages if not page.startswith("reference/")} <= seen
    reference = {page for page in seen if page.startswith("reference/")}
    n_modules = sum(page.startswith("reference/") for page in site.pages)
    assert seen <= set(site.pages) and len(reference) > n_modules / 32


def said(visits: Visits, kind: str) -> str:
    """One line for everything of a kind that is wrong on some page."""
    return "\n".join(f"{visit.page}: {what}" for visit in visits for what in getattr(visit, kind))


def test_no_page_reports_an_error_in_the_console(visits: Visits):
    assert not said(visits, "errors"), said(visits, "errors")


def test_no_page_asks_another_host_for_anything(visits: Visits):
    assert not said(visits, "others"), said(visits, "others")


def test_nothing_is_wider_than_the_page(visits: Visits):
    assert not said(visits, "overflow"), said(visits, "overflow")


def test_axe_finds_no_serious_or_critical_violation(visits: Visits):
    assert not said(visits, "violations"), said(visits, "violations")


def test_screenshots_show_a_page_on_paper_of_its_colour(visits: Visits):
    assert not said(visits, "pictures"), said(visits, "pictures")


def test_a_first_visit_loads_nothing_that_the_check_of_weight_does_not_count(
    visits: Visits, site: Site
):
    uncounted = {}
    for visit in visits:
        loaded = {path for path in visit.asked if site.has(path)}
        page = site.pages[visit.page]
        counted = weight.first_visit(site, page) | weight.undisplayed(site, page)
        if more := loaded - counted:  # of a light and a dark version the check counts the heavier
            uncounted[visit.page] = sorted(more)
    assert uncounted == {}
