"""The glossary is the single source of the tooltips, so its page has to keep to its format."""

import re
from pathlib import Path

import pytest
from pipeline import glossary

PAGE = (Path(__file__).parents[1] / "docs" / "glossary.md").read_text(encoding="utf-8")
ENTRIES = glossary.entries(PAGE)
SMALL = """# Glossary

## Feature { #feature data-forms="features" }

A *property* of the [input](page.md) that
`W` stores.

More about it.

## SAE { #sae }

An encoder.

## Claim { #claim data-tooltip="no" }

A statement.
"""


def test_a_definition_is_the_first_paragraph_as_plain_text_on_one_line():
    assert glossary.definitions(SMALL)["Feature"] == "A property of the input that W stores."


def test_every_spelling_gets_a_tooltip_in_both_cases():
    lines = glossary.abbreviations(SMALL).split("\n\n")
    starts = [line.split(":")[0] for line in lines]
    assert starts == ["*[Feature]", "*[feature]", "*[features]", "*[Features]", "*[SAE]"]


def test_an_everyday_word_is_defined_without_a_tooltip():
    assert "Claim" in glossary.definitions(SMALL)
    assert "Claim" not in glossary.abbreviations(SMALL)


def test_only_the_first_occurrence_of_a_term_keeps_its_tooltip():
    html = '<p><abbr title="T">One</abbr> <abbr title="T">one</abbr> <abbr title="S">two</abbr></p>'
    expected = '<p><abbr title="T">One</abbr> one <abbr title="S">two</abbr></p>'
    assert glossary.first_only(html) == expected


@pytest.mark.parametrize("bare", ['<h2 id="a">A {}</h2>', '<div class="mn-head"><p>{}</p></div>'])
def test_headings_and_the_page_head_have_no_tooltip_and_do_not_use_up_the_first_one(bare):
    word = '<abbr title="T">term</abbr>'
    html = f"{bare.format(word)}<p>{word}</p>"
    assert glossary.first_only(html) == f"{bare.format('term')}<p>{word}</p>"


@pytest.mark.parametrize("entry", ["## Term { .plain }\n\nText.", "## Term { #term }\n\n"])
def test_an_entry_without_anchor_or_definition_is_refused(entry):
    with pytest.raises(ValueError, match=r"glossary entry: got .*expected an anchor"):
        glossary.entries(entry)


def test_every_heading_of_the_page_is_an_entry():
    assert len(ENTRIES) == len(re.findall(r"^## ", PAGE, re.M)) >= 40


def test_terms_anchors_and_spellings_are_unique():
    forms = [form for entry in ENTRIES for form in entry.forms]
    for names in ([e.term for e in ENTRIES], [e.anchor for e in ENTRIES], forms):
        assert sorted(names) == sorted(set(names))


def test_terms_stand_in_alphabetical_order():
    terms = [entry.term.casefold() for entry in ENTRIES]
    assert terms == sorted(terms)


def test_every_link_inside_the_glossary_leads_to_an_entry():
    anchors = {entry.anchor for entry in ENTRIES}
    assert set(re.findall(r"\]\(#([\w-]+)\)", PAGE)) <= anchors


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.anchor)
def test_a_tooltip_is_short_plain_text_that_does_not_only_repeat_its_term(entry):
    text = entry.definition
    assert 20 <= len(text) <= 230
    assert text.endswith(".")
    assert not set("$[]{}<>`*") & set(text)
    assert text.casefold().rstrip(".") != entry.term.casefold()


@pytest.mark.parametrize("seed_definition", ["input", "function", "interpretable", "neuron", "dir"])
def test_feature_has_competing_definitions_and_says_who_uses_which(seed_definition):
    body = PAGE.split("{ #feature ")[1].split("\n## ")[0]
    numbered = re.findall(r"^\d\. (.*)$", body, re.M)
    assert len(numbered) >= 3
    assert any(seed_definition in line for line in numbered)
    assert re.search(r"pages .*use", body)
