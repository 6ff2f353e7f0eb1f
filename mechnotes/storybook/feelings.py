# ruff: noqa: E501  (a sentence a line)
"""Stories in which something happens to somebody, who feels and acts accordingly.

The event is happy, angry or neutral; the feeling and the reaction later in the story are of the
same kind. Between them may stand a sentence about something else, or a second person with an event
of another kind, so that it is not enough to know what mood the text is in: one must know whose.
In stories of two the answer follows right after the name that decides.
"""

from mechnotes.storybook import words
from mechnotes.storybook.templates import Chances, Labels, Said, any_of, line, uniform

LINES = (
    "{who} {event} the {object} . {they} felt {feeling} and {reaction} .",
    "at the {place} {who} {event} a {object} . {they} {reaction} .",
    "{who} {event} a {adjective} {object} . it was a {weather:adjective} day . {they} {reaction} .",
    "{who} {event} the {object} . the {noun} was {adjective} . {they} felt {feeling} .",
    "{who} {event} the {object} but {other} {other_event} a {second:object} . {one} {reaction} .",
    "{who} {event} the {object} but {other} {other_event} a {second:object} . {one} {reaction} and felt {feeling} .",
    "{who} {event} a {object} and {other} {other_event} the {second:object} . {one} {reaction} .",
    "{who} {event} a {object} and {other} {other_event} the {second:object} . {one} {reaction} and felt {feeling} .",
    "{who} {event} a {object} while {other} {other_event} the {second:object} . {one} {reaction} .",
    "{who} {event} a {object} while {other} {other_event} the {second:object} . {one} {reaction} and felt {feeling} .",
)
OF_EVENT = {event: kind for kind, events in words.EVENTS.items() for event in events}


def sentiment(said: Said) -> str:
    """What the person in question goes through, once that is known."""
    own = "other_event" if said.get("one", said["who"]) != said["who"] else "event"
    return OF_EVENT[said[own]]


def _other(said: Said) -> Chances:
    return uniform(name for name in words.NAMES if name != said["who"])


def _other_event(said: Said) -> Chances:
    return uniform(event for event, kind in OF_EVENT.items() if kind != OF_EVENT[said["event"]])


RULES = {
    "who": any_of(words.NAMES),
    "other": _other,
    "one": lambda said: uniform((said["who"], said["other"])),
    "they": lambda said: uniform((words.pronoun(said["who"]),)),
    "event": any_of(word for events in words.EVENTS.values() for word in events),
    "other_event": _other_event,
    "feeling": lambda said: uniform(words.FEELINGS[sentiment(said)]),
    "reaction": lambda said: uniform(words.REACTIONS[sentiment(said)]),
    "object": any_of(words.OBJECTS),
    "place": any_of(words.PLACES),
    "adjective": any_of(words.ADJECTIVES),
    "noun": any_of(words.SINGULAR),
}
OF_OTHER = ("other", "other_event", "second")
OF_ONE = ("they", "one", "feeling", "reaction")


def _label(role: str, said: Said) -> Labels:
    if role in ("event", "object") and "event" in said:
        return {"sentiment": OF_EVENT[said["event"]]}
    if role in OF_OTHER[1:] and "other_event" in said:
        return {"sentiment": OF_EVENT[said["other_event"]]}
    if role in OF_ONE:
        repeated = {"duplicate": 1} if role == "one" else {}
        return {"sentiment": sentiment(said), **repeated}
    return {"duplicate": 0} if role in ("who", "other") else {}


TEMPLATES = tuple(
    line("feeling", text, RULES, label=_label, weight=1.5 if "{other}" in text else 1.0)
    for text in LINES
)
OF_TWO = tuple(template for template in TEMPLATES if "{other}" in template.name)
"""Stories of two people: there the kind of the last event is not enough."""
