"""MkDocs glue: hands the pipeline's pages to MkDocs. All decisions live in `pipeline/`.

mkdocs-jupyter only makes `.py` files known as pages; its renderer is set aside for each page by
the extension point that it uses itself. While serving no hook raises, because MkDocs would then
refuse every request: what is wrong with a page stands on the page.
"""

import logging
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from urllib.parse import urljoin

from jinja2 import Environment
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import Abort
from mkdocs.livereload import LiveReloadServer
from mkdocs.plugins import event_priority
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import get_toc
from mkdocs.utils.templates import TemplateContext
from pipeline import (
    api,
    codeblocks,
    glossary,
    head,
    lessons,
    navigation,
    notebook,
    provenance,
    reference,
    surroundings,
    uses,
)
from pipeline.finished import Finisher
from pipeline.kernels import Kernels
from pipeline.memo import Renderer
from pipeline.project import Project
from watchdog.observers.polling import PollingObserver

log = logging.getLogger("mkdocs.hooks.mechnotes")


class State:
    """What lives as long as the process: the kernels, and this build's lessons and renderer."""

    serving = False
    project: Project
    kernels: Kernels
    shown: dict[str, lessons.Lesson] = {}
    renderer: Renderer
    finisher: Finisher
    nav: Navigation
    surroundings = ""
    modules: dict[str, str] = {}
    abbreviations = ""


def on_startup(command: str, dirty: bool) -> None:
    """Remember whether this process serves."""
    State.serving = command == "serve"


def on_config(config: MkDocsConfig) -> None:
    """Find the project; keep one spare kernel while serving."""
    State.project = Project(Path(config.config_file_path).parent)
    if not hasattr(State, "kernels"):
        State.kernels = Kernels(State.project, spare=int(State.serving))


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Bring the lessons up to date; add notebooks, figures, reference pages and the navigation."""
    State.shown = lessons.refresh(State.project, State.kernels, say=log.info)
    if State.serving and not lessons.missing():
        State.kernels.refill()
    problems = [f"{lesson.uri}: {lesson.problem}" for lesson in _troubled()]
    for problem in problems:
        log.warning(problem.split("\n")[0])
    if problems and not State.serving:
        raise Abort("\n\n".join(problems))
    for lesson in State.shown.values():
        _add_lesson_files(files, config, lesson)
    State.modules = {reference.uri(name): name for name in reference.modules(State.project)}
    for uri, name in State.modules.items():
        files.append(File.generated(config, uri, content=reference.markdown(name)))
    State.abbreviations = _abbreviations()
    config.nav = navigation.navigation(State.project)
    State.surroundings = surroundings.of_markdown(files, config)
    State.renderer = Renderer(State.project.root / ".cache" / "render", State.surroundings)
    return files


def on_page_read_source(page: Page, config: MkDocsConfig) -> str | None:
    """The Markdown of a lesson comes from its cells and outputs."""
    lesson = State.shown.get(page.file.src_uri)
    return lesson.composed.markdown if lesson else None


@event_priority(100)
def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Dress the page; render it ourselves."""
    page.__dict__["render"] = lambda config, files: _render(page, config, files)
    try:
        return _dressed(markdown, page, config)
    except Exception as error:
        return head.with_problem(markdown, _told(error, page.file.src_uri))


def _dressed(markdown: str, page: Page, config: MkDocsConfig) -> str:
    """Put head, problem, provenance and tooltips to a page."""
    uri = page.file.src_uri
    lesson = State.shown.get(uri)
    record = lesson.record if lesson else None
    if "summary" in page.meta:
        page.meta.setdefault("description", " ".join(page.meta["summary"].split()))
    if uri not in State.modules and page.meta.get("head", True):
        name = notebook.name(uri) if lesson else ""
        colab = notebook.colab(config.repo_url, uri) if lesson else ""
        markdown = head.with_head(markdown, page.meta, record, notebook=name, colab=colab)
    if lesson:
        markdown = head.with_problem(markdown, lesson.problem)
        uses_line = uses.line(State.project, lesson.page) if lesson.page else ""
        markdown = f"{markdown}\n\n{uses_line}\n\n{provenance.card(State.project, record)}\n"
    if uri != "glossary.md" and uri not in State.modules:
        markdown = f"{markdown}\n\n{State.abbreviations}\n"
    return markdown


def _told(error: Exception, uri: str) -> str:
    """The words of an error while serving; while building it goes on its way."""
    if not State.serving:
        raise error
    log.warning("%s: %s", uri, error)
    return f"{type(error).__name__}: {error}"


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Leave a tooltip at each term's first mention only."""
    return glossary.first_only(html)


def on_nav(nav: Navigation, config: MkDocsConfig, files: Files) -> None:
    """Keep the navigation, which every finished page shows."""
    State.nav = nav


@event_priority(-200)  # the plugins that fill in references have had their turn
def on_env(env: Environment, config: MkDocsConfig, files: Files) -> None:
    """Name the stylesheets for the templates; find the pages that were finished before."""
    env.globals["theme_stylesheets"] = _theme_stylesheets(env)
    env.globals["reference_stylesheets"] = [str(path) for path in config.extra_css]
    config.extra_css = []  # the theme would put them on every page
    pages = [file.page for file in files.documentation_pages() if file.page]
    around = State.surroundings + surroundings.of_templates(config)
    State.finisher = Finisher(State.project.root / ".cache" / "finished", around)
    State.finisher.prepare(env, State.nav, pages)


def _theme_stylesheets(env: Environment) -> list[str]:
    return sorted(
        name for name in env.list_templates(["css"]) if name.startswith("assets/stylesheets/")
    )


@event_priority(100)  # before the search
def on_page_context(
    context: TemplateContext, page: Page, config: MkDocsConfig, nav: Navigation
) -> None:
    """Let the search know what it found on a finished page."""
    State.finisher.search(page, config)


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:
    """Take a finished page as it was, and remember the others."""
    return codeblocks.dressed(State.finisher.finish(page, output, config))


def on_serve(server: LiveReloadServer, config: MkDocsConfig, builder: Callable) -> LiveReloadServer:
    """Look for edits more often than MkDocs does."""
    watched = [config.docs_dir, config.config_file_path]
    for path in watched:
        server.unwatch(path)
    server.observer = PollingObserver(timeout=0.15)
    for path in watched:
        server.watch(path)
    return server


def on_post_build(config: MkDocsConfig) -> None:
    """Forget renderings that no page uses any more."""
    State.renderer.sweep()
    State.finisher.sweep()
    if not State.serving:
        State.kernels.close()


def on_shutdown() -> None:
    """Leave no kernel behind."""
    if hasattr(State, "kernels"):
        State.kernels.close()


def _troubled() -> list[lessons.Lesson]:
    return [lesson for lesson in State.shown.values() if lesson.problem]


def _add_lesson_files(files: Files, config: MkDocsConfig, lesson: lessons.Lesson) -> None:
    """Figures and the notebook go where the page's own `index.html` goes."""
    folder = notebook.folder(lesson.uri)
    for name, content in lesson.composed.files.items():
        files.append(File.generated(config, str(folder / name), content=content))
    if lesson.page:
        beside = f"{PurePosixPath(lesson.uri).parent}/"
        site = urljoin(config.site_url, beside) if config.site_url else ""
        install = f"git+{config.repo_url}" if config.repo_url else ""
        text = notebook.notebook(lesson.page, site_url=site, install=install)
        place = folder / notebook.name(lesson.uri)
        files.append(File.generated(config, str(place), content=text))


def _abbreviations() -> str:
    """Tooltips from the glossary; while an author writes it, those of its last good state."""
    page = State.project.docs / "glossary.md"
    try:
        return glossary.abbreviations(page.read_text(encoding="utf-8")) if page.exists() else ""
    except ValueError as error:
        _told(error, page.name)
        return State.abbreviations


def _render(page: Page, config: MkDocsConfig, files: Files) -> None:
    try:
        _rendered(page, config, files)
    except Exception as error:
        page.content = head.box(_told(error, page.file.src_uri))
        page.toc = get_toc([])


def _rendered(page: Page, config: MkDocsConfig, files: Files) -> None:
    module = State.modules.get(page.file.src_uri, "")
    if module == reference.PACKAGE:  # mkdocstrings sets itself up when it renders its first page
        state = reference.state(State.project)
        if not api.set_up(config, state):
            type(page).render(page, config, files)
            api.keep(config, state)
            return
    sources = reference.sources(State.project, module) if module else ""
    State.renderer.render(page, config, files, sources=sources)
