"""X1 and X2: write the matrices of two heads that say what came last time.

Both are judged by what a model with these matrices does: where its heads look, what it says on
texts drawn in secret, and what it loses when the first head is silenced or one wire is crossed.
Which matrices do it is left to the reader.
"""

from mechnotes.circuits.by_hand import induction
from mechnotes.exercises import _judged_heads as judged
from mechnotes.exercises import _wrong_heads as wrong
from mechnotes.exercises.behaving import Bound, Bounds
from mechnotes.exercises.exercise import Exercise, Misconception

pointer = Exercise(
    id="X1",
    title="Induction by a pointer",
    task="""\
Write two heads that say what came last time, by pointer arithmetic: the first looks from a token to
its earlier occurrence and brings *where that is*; the second looks one further and says the token.

`pointer(stream, forward)`

"""
    + judged.GIVEN.format(
        parts='"token", "position", "pointer" (of the size of "position") and "output"'
    ),
    reference=induction.pointer,
    verdict=Bounds(
        measure=judged.measured_pointer,
        bounds=judged.bounds(
            Bound(
                name="earlier",
                low=0.95,
                sentence="At a repeated token the first head gives {value} of its attention to the "
                "earlier occurrence; it should be 0.95 or more.",
            ),
            "queries",
        ),
    ),
    inputs=lambda generator: judged.streams(generator, "Q"),
    misconceptions=(
        Misconception(
            mistake="the first head also finds the token that asks",
            wrong=wrong.finds_itself,
            hint="The best match of a token is itself. Subtract something that only the same "
            "position gets.",
        ),
        Misconception(
            mistake="the second head looks at the place of the pointer itself",
            wrong=wrong.not_moved,
            hint="There stands the same token as before. The answer stands one further.",
        ),
        Misconception(
            mistake="the pointer is turned backward",
            wrong=wrong.moved_back,
            hint="Vectors are rows: the pointer is multiplied from the right. Try "
            "`position @ forward` on the first position.",
        ),
        Misconception(
            mistake="the second head asks with its own position",
            wrong=wrong.own_position,
            hint="One further than the asking token is the future, which no head can see. Which "
            "part of the stream did the first head write?",
        ),
        Misconception(
            mistake="the pointer is written over the position",
            wrong=wrong.over_positions,
            hint="The keys of the second head read positions too, and now they find pointers among "
            "them. Write into a part that the keys do not read.",
        ),
        Misconception(
            mistake="all scores are of the size of 1",
            wrong=wrong.weak_pointer,
            hint="A softmax over 25 places shares out its attention unless one score is ahead by "
            "ten or more.",
        ),
    ),
    hints=(
        "Four blocks and little more: token meets token, position goes to pointer, pointer meets "
        "position, token goes to output.",
        'In the first W_QK, subtract a multiple of `stream.block("position", "position")`, '
        "so that the token itself loses against its earlier occurrence.",
        'In the second W_QK, `forward` stands between "pointer" and "position".',
    ),
    starter='''def pointer(stream, forward):
    """W_QK and W_OV of two heads [4 d_model d_model]."""
    ...''',
    difficulty="hard",
    minutes=40,
    prerequisites=("induction head", "residual stream", "attention head"),
)

previous = Exercise(
    id="X2",
    title="Induction with notes of the token before",
    task="""\
Write two heads that say what came last time, by K-composition: the first notes at every token which
one stands before it; the second looks for the token whose note is the present token, and says it.

`previous(stream, forward)`

"""
    + judged.GIVEN.format(
        parts='"token", "position", "before" (of the size of "token") and "output"'
    ),
    reference=induction.previous,
    verdict=Bounds(
        measure=judged.measured_previous,
        bounds=judged.bounds(
            Bound(
                name="previous",
                low=0.95,
                sentence="At a repeated token the first head gives {value} of its attention to the "
                "position before; it should be 0.95 or more.",
            ),
            "keys",
        ),
    ),
    inputs=lambda generator: judged.streams(generator, "K"),
    misconceptions=(
        Misconception(
            mistake="the first head looks one ahead",
            wrong=wrong.looks_ahead,
            hint="What comes later is masked. A score is `asking @ W_QK @ asked`: which of the two "
            "has to be moved, and which way?",
        ),
        Misconception(
            mistake="the second head looks for the token itself and not for a note of it",
            wrong=wrong.matches_tokens,
            hint="The earlier A is found that way, but the answer stands after it. Who knows that "
            "it stands after an A?",
        ),
        Misconception(
            mistake="queries and keys of the second head are exchanged",
            wrong=wrong.asks_with_note,
            hint="Rows of W_QK ask, columns are asked. The present token asks, and the notes are "
            "asked.",
        ),
        Misconception(
            mistake="the second head says the note",
            wrong=wrong.says_note,
            hint="It looks at the right token, whose note is the one that asked. Which part holds "
            "the answer?",
        ),
        Misconception(
            mistake="all scores are of the size of 1",
            wrong=wrong.weak_previous,
            hint="A softmax over 25 places shares out its attention unless one score is ahead by "
            "ten or more.",
        ),
    ),
    hints=(
        "Four blocks: position meets position, token goes to before, token meets before, and token "
        "goes to output.",
        "In the first W_QK, the asking position has to be moved one back: `forward.T`.",
        "Scores of 30 or more make a softmax decide.",
    ),
    starter='''def previous(stream, forward):
    """W_QK and W_OV of two heads [4 d_model d_model]."""
    ...''',
    difficulty="medium",
    minutes=25,
    prerequisites=("induction head", "previous token head", "residual stream"),
)
