"""The grammar says what it promises, and every template tells its chances truly."""

import math
from collections import Counter

import pytest
import torch

from mechnotes import rng
from mechnotes.storybook import (
    agreement,
    comparison,
    feelings,
    giving,
    grammar,
    nesting,
    repeats,
    words,
)
from mechnotes.storybook.grammar import Sentence
from mechnotes.storybook.templates import Template, any_of, line, uniform


def slots(sentence: Sentence) -> dict[str, str]:
    pairs = zip(sentence.labels, sentence.words, strict=True)
    return {str(labels["role"]): word for labels, word in pairs}


def drawn(template: Template, n: int) -> list[Sentence]:
    stream = grammar.sentences(rng.generator(5, template.name), templates=(template,))
    return [next(stream) for _ in range(n)]


def test_every_template_and_every_word_occurs(sentences: list[Sentence]):
    assert {s.template.name for s in sentences} == {t.name for t in grammar.TEMPLATES}
    said = {word for s in sentences for word in s.words}
    assert said == set(grammar.vocabulary()) - {grammar.BOS, grammar.UNKNOWN}


def test_templates_have_names_of_their_own():
    assert len({t.name for t in grammar.TEMPLATES}) == len(grammar.TEMPLATES)


def test_kinds_come_as_often_as_their_weights_say(sentences: list[Sentence]):
    counted = Counter(s.template.kind for s in sentences)
    for kind, weight in grammar.WEIGHTS.items():
        error = (weight * (1 - weight) / len(sentences)) ** 0.5
        assert abs(counted[kind] / len(sentences) - weight) < 4 * error


@pytest.mark.parametrize("template", grammar.TEMPLATES, ids=lambda t: t.name)
def test_words_come_as_often_as_the_template_says(template: Template):
    """Along drawn sentences, the words' surprise equals the entropy of their chances."""
    surprise, entropy, variance = 0.0, 0.0, 0.0
    for sentence in drawn(template, 400):
        for position, word in enumerate(sentence.words):
            following = template.next(sentence.words[:position])
            chances = torch.tensor(list(following.values()), dtype=torch.float64)
            assert chances.sum().item() == pytest.approx(1)
            logs = chances.log()
            mean = -(chances * logs).sum().item()
            surprise -= math.log(following[word])
            entropy += mean
            variance += (chances * logs.square()).sum().item() - mean**2
    assert abs(surprise - entropy) <= 4 * max(variance, 0.0) ** 0.5 + 1e-6


def test_no_sentence_is_the_beginning_of_another(sentences: list[Sentence]):
    for sentence in sentences:
        for template in grammar.TEMPLATES:
            assert not begins(template, sentence.words), (template.name, sentence.words)


def begins(template: Template, said: tuple[str, ...]) -> bool:
    """Whether a template completes a sentence strictly inside this one."""
    for position, word in enumerate(said):
        following = template.next(said[:position])
        if not following:
            return position > 0
        if word not in following:
            return False
    return False


def test_the_receiver_is_the_name_that_was_said_once(sentences: list[Sentence]):
    asked = [slots(s) for s in sentences if s.template.kind == "giving"]
    for said in asked:
        pair = {said["first"], said["second"]}
        assert said["receiver"] in pair - {said["giver"]}
    thirds = sum(said["giver"] not in (said["first"], said["second"]) for said in asked)
    assert thirds / len(asked) == pytest.approx(giving.THIRD, abs=0.05)


def test_pairs_that_are_held_out_never_meet(sentences: list[Sentence]):
    met = {
        (slots(s)["first"], slots(s)["second"]) for s in sentences if s.template.kind == "giving"
    }
    assert not [pair for pair in met if words.held_out(*pair)]
    n = len(words.NAMES)
    held = sum(words.held_out(a, b) for a in words.NAMES for b in words.NAMES if a != b)
    assert 0.08 < held / (n * (n - 1)) < 0.14
    assert all(giving.partners(name) for name in words.NAMES)


def test_feelings_and_reactions_are_those_of_the_person_named(sentences: list[Sentence]):
    for sentence in sentences:
        if sentence.template.kind != "feeling":
            continue
        said = slots(sentence)
        theirs = "other_event" if said.get("one") == said.get("other", "") else "event"
        kind = feelings.OF_EVENT[said[theirs]]
        assert said.get("feeling", words.FEELINGS[kind][0]) in words.FEELINGS[kind]
        assert said.get("reaction", words.REACTIONS[kind][0]) in words.REACTIONS[kind]
        assert said.get("they", words.pronoun(said["who"])) == words.pronoun(said["who"])


def test_sequences_are_repeated_word_for_word(sentences: list[Sentence]):
    for sentence in sentences:
        if sentence.template.kind == "repeat":
            middle = sentence.words.index("again")
            assert sentence.words[1:middle] == sentence.words[middle + 1 : -1]
            assert middle - 1 in repeats.LENGTHS


def test_verbs_agree_with_the_first_noun(sentences: list[Sentence]):
    for sentence in sentences:
        if sentence.template.kind == "agreement":
            said = slots(sentence)
            singular = said["noun"] in words.SINGULAR
            assert (said["verb"] in agreement.SINGULAR_VERBS) == singular


def test_marks_are_closed_in_the_right_order(sentences: list[Sentence]):
    depths = set()
    for sentence in sentences:
        if sentence.template.kind == "nesting":
            assert nesting.stack(sentence.words[2:-1]) == []
            depths |= {int(labels["depth"]) for labels in sentence.labels}
    assert depths == set(range(nesting.DEEPEST + 1))


def test_a_closing_mark_that_does_not_fit_closes_nothing():
    assert nesting.stack(("(", "red", "]")) == ["("]


def test_comparisons_are_true(sentences: list[Sentence]):
    value = comparison.VALUE
    for sentence in sentences:
        if sentence.template.kind != "comparison":
            continue
        said = slots(sentence)
        if "answer" in said:
            pair = (value[said["first"]], value[said["second"]])
            assert value[said["answer"]] == (max if said["which"] == "larger" else min)(pair)
        else:
            assert (value[said["first"]] > value[said["other"]]) == (said["more"] == "more")


def test_a_sentence_has_labels_for_each_word(sentences: list[Sentence]):
    assert all(len(s.labels) == len(s.words) for s in sentences)


def test_equal_generators_say_equal_sentences():
    first, second = (grammar.sentences(torch.Generator().manual_seed(7)) for _ in range(2))
    assert [next(first) for _ in range(20)] == [next(second) for _ in range(20)]


def test_a_word_listed_twice_is_said_twice_as_often():
    assert uniform(["a", "b", "a", "c"]) == {"a": 0.5, "b": 0.25, "c": 0.25}


def test_a_line_asks_its_rules_with_what_was_said():
    template = line(
        "k", "{first} or {again:same}", {"first": any_of("ab"), "same": lambda s: {s["first"]: 1.0}}
    )
    assert template.next(()) == {"a": 0.5, "b": 0.5}
    assert template.next(("b",)) == {"or": 1.0}
    assert template.next(("b", "or")) == {"b": 1.0}
    assert template.next(("b", "or", "b")) == {}
    assert [one["role"] for one in template.labels(("b", "or", "b"))] == ["first", "fixed", "again"]
