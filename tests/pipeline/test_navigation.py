"""The navigation: topics in their order, those of a group under one tab."""

from pipeline import navigation
from pipeline.project import Project

from tests.pipeline.conftest import write


def tabs(project: Project) -> list[str]:
    return [
        next(iter(entry)) for entry in navigation.navigation(project) if isinstance(entry, dict)
    ]


def note(project: Project, name: str, *said: str) -> None:
    write(project, f"docs/notes/{name}.md", "\n".join(["---", *said, "---", f"# {name}"]))


def test_topics_of_a_group_share_a_tab_where_the_first_of_them_stands(project: Project):
    note(project, "first", "order: 1")
    note(project, "second", "order: 2", "group: Both")
    note(project, "third", "order: 3")
    note(project, "fourth", "order: 4", "group: Both")
    names = [name for name in tabs(project) if name in {"First", "Both", "Third"}]
    assert names == ["First", "Both", "Third"]
    entries = navigation.navigation(project)
    both = next(one["Both"] for one in entries if isinstance(one, dict) and "Both" in one)
    assert both == [{"Second": ["notes/second.md"]}, {"Fourth": ["notes/fourth.md"]}]


def test_a_note_that_says_nothing_of_itself_is_a_tab_at_the_end(project: Project):
    note(project, "zebra", "order: 1")
    write(project, "docs/notes/apple.md", "# Apple\n")
    assert tabs(project).index("Zebra") < tabs(project).index("Apple")
