# ruff: noqa: E501, SIM905  (lists of words are easier to read as text)
"""The storybook's words, by what they do in a sentence.

All lists are closed: the grammar uses no other word. Names come in two halves, for `she` and `he`.
"""

SHE = tuple(
    "Alice Anna Clara Eva Emma Grace Helen Iris Jane Julia Kate Laura Lucy Maria Mary Nora Rosa "
    "Ruth Sara Vera".split()
)
HE = tuple(
    "Adam Carl David Eric Frank George Henry Ivan Jack John Leo Mark Martin Nick Oscar Paul Peter "
    "Simon Tom Victor".split()
)
NAMES = tuple(sorted(SHE + HE))

PLACES = tuple(
    "beach bridge church farm garden harbour library market museum park school station".split()
)
OBJECTS = tuple(
    "apple book bottle coat cup drink flower hat lamp letter map ring rope stone toy watch".split()
)
COLOURS = tuple("black blue brown green grey orange pink purple red silver white yellow".split())
ADJECTIVES = tuple("big clean cold dry heavy long new old round short small soft warm wet".split())
NUMBERS = tuple("zero one two three four five six seven eight nine ten eleven twelve".split())

SINGULAR = tuple(
    "bird boat boy cat chair cloud cow dog duck girl horse house key table tree wheel".split()
)
PLURAL = tuple(
    "birds boats boys cats chairs clouds cows dogs ducks girls horses houses keys tables trees wheels".split()
)

GAVE = tuple("brought gave handed lent offered passed sent showed".split())
EVENTS = {
    "happy": ("earned", "found", "won"),
    "angry": ("broke", "lost", "spoiled"),
    "neutral": ("carried", "saw", "used"),
}
FEELINGS = {
    "happy": ("cheerful", "glad", "merry", "proud"),
    "angry": ("bitter", "cross", "furious", "grumpy"),
    "neutral": ("calm", "patient", "quiet", "sleepy"),
}
REACTIONS = {
    "happy": ("cheered", "danced", "laughed", "smiled"),
    "angry": ("frowned", "growled", "shouted", "stamped"),
    "neutral": ("nodded", "rested", "stayed", "waited"),
}
SENTIMENTS = tuple(EVENTS)
BRACKETS = {"(": ")", "[": "]", "“": "”"}

REPEATABLE = tuple(sorted({*NAMES, *PLACES, *OBJECTS, *COLOURS, *ADJECTIVES, *NUMBERS, *SINGULAR}))
"""What a repeated sequence is drawn from."""


def pronoun(name: str) -> str:
    """The word that stands for a name later in the text: `she` or `he`."""
    return "she" if name in SHE else "he"


def held_out(first: str, second: str) -> bool:
    """Whether two names never share a giving sentence in training, about one pair in nine."""
    return (NAMES.index(first) + NAMES.index(second)) % 9 == 1
