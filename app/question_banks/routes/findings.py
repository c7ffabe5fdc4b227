"""What the readers of formats find, in the reader's language.

The readers speak English, since commands print what they say. Here stand their sentences with holes in them:
one that fits is said anew in the reader's language, any other is shown as it is and marked as English.
"""

import re
from functools import cache

from app.web.translations import N_, say

SENTENCES = (
    # what an item must be
    N_("“%(a)s” is no type of item"),
    N_("the id “%(a)s” is not of lower-case Latin letters, digits and hyphens"),
    N_("the item asks nothing: its text is empty"),
    N_("the points are whole and between 1 and %(a)s"),
    N_("the scoring rule “%(a)s” is not one for the type %(b)s"),
    N_("more than %(a)s choices"),
    N_("more than %(a)s targets"),
    N_("more than %(a)s labels, or one of more than 400 characters"),
    N_("a text has %(a)s characters; at most %(b)s are kept"),
    N_("a text has %(a)s characters with its markup; at most %(b)s are read"),
    N_("a text holds the hidden character %(a)s"),
    N_("a text holds what a browser would run or load: %(a)s"),
    N_("the text holds what a browser would run or load: %(a)s"),
    N_("the text holds <%(a)s>, which a browser would run or load"),
    N_("the text holds the event handler “%(a)s”, which a browser would run"),
    N_("the text holds an address that a browser would run: %(a)s"),
    N_("the choice “%(a)s” stands twice"),
    N_("the target “%(a)s” stands twice"),
    N_("a choice is empty"),
    N_("a target is empty"),
    N_("two choices say the same: “%(a)s”"),
    N_("two targets say the same: “%(a)s”"),
    N_("the right order names each of two choices or more once"),
    N_("the key of a numeric item is one number"),
    N_("the tolerance of a numeric item is a number, 0 or more"),
    N_("an item of the type %(a)s has no choices"),
    N_("an item with true and false has these two choices"),
    N_("there are fewer than two choices"),
    N_("no choice is marked as right"),
    N_("the key names a choice that the item does not have, or one twice"),
    N_("an item with one answer has one key"),
    N_("the rubric is missing: a written task becomes an item only with one"),
    N_("a matching has two sides of two or more"),
    N_("the key of a matching names each of its left sides once, with a target"),
    N_("a short text has at least one accepted answer"),
    N_("an accepted answer is one line of at most 200 characters, and there are at most 100"),
    # the file as a whole
    N_("reading the file takes more time or memory than it may; divide the file"),
    N_("no item of the format %(a)s was found in the file"),
    N_("the file has more than %(a)s items; divide it"),
    N_("the file is empty"),
    N_("the text is %(a)s; save it as UTF-8"),
    N_("the text is UTF-16 without its mark; save it as UTF-8"),
    N_("a control character stands in the text: %(a)s"),
    N_("a line has more than %(a)s characters"),
    # Aiken and GIFT
    N_("no line “ANSWER: …” follows the answers"),
    N_("no question stands before the answers"),
    N_("the answers are lettered A, B, C in this order"),
    N_("“ANSWER: %(a)s” names none of the answers"),
    N_("the answers do not stand between { and }"),
    N_("a second { or } stands in the item; as a character it is written \\{ or \\}"),
    N_("an answer of a matching has no “->”"),
    N_("“%(a)s” is no range of numbers"),
    N_("the weight “%(a)s” is no number between -100 and 100"),
    N_("the weights of the right choices add up to %(a)s per cent, not to 100"),
    N_("several choices are fully right and one is to be chosen"),
    N_("several numbers are fully right"),
    N_("no number is marked as right"),
    N_("the accepted answer “%(a)s” is a pattern"),
    N_("a text without a task (a description) is not kept"),
    # tables
    N_("the table is broken here: %(a)s"),
    N_("more than %(a)s columns"),
    N_("no column “stem”, or stem_kk, stem_ru, stem_en: the first line names columns"),
    N_("the column “%(a)s” stands twice"),
    N_("the column “%(a)s” is not known and not kept"),
    N_("the row has %(a)s cells, and the first line %(b)s columns"),
    N_("the id “%(a)s” stands already in line %(b)s"),
    N_("“%(a)s” in the column %(b)s is no whole number"),
    N_("“%(a)s” in the column case_sensitive is neither yes nor no"),
    N_("a situation is told, and the column “case” does not name it"),
    N_("the situation “%(a)s” was told in other words before"),
    N_("the situation “%(a)s” is told in no row up to this one"),
    # XML
    N_("a document type or entities are declared, which is not allowed"),
    N_("broken XML in column %(a)s: %(b)s"),
    N_("nested more than %(a)s levels deep"),
    N_("one item has more than %(a)s elements"),
    N_("the root is <%(a)s>; that of Moodle XML is <quiz>"),
    N_("the root is <%(a)s>; that of an item is assessmentItem"),
    N_("items of Moodle's type “%(a)s” are not known here"),
    N_("markup stands in a text as XML (line %(a)s): it is to be escaped, or in CDATA"),
    # packages
    N_("the file is no zip, or it is cut off"),
    N_("the zip cannot be read: %(a)s"),
    N_("no %(a)s stands in the package"),
    N_("the package lists more than %(a)s files"),
    N_("the package unpacks to more than %(a)s bytes"),
    N_("the file unpacks to more than %(a)s times its size"),
    N_("the name of a file leads out of the package"),
    N_("a link stands in the package"),
    N_("a file of the package is encrypted"),
    N_("the package holds two files of this name"),
    N_("the package does not list what its end says"),
    N_("the manifest names this file, and the package does not hold it"),
    N_("the manifest does not name this file; it was not read"),
    N_("the interaction %(a)s is not known here"),
    N_("an item with %(a)s interactions; one is read"),
    N_("an adaptive item, which changes with each attempt"),
    N_("no response is declared as right"),
    # what is lost of an item that is kept
    N_("bold, italic and other styles of letters are not kept"),
    N_("a picture is not kept"),
    N_("a remote picture is not kept and was not loaded: %(a)s"),
    N_("raised and lowered letters are kept as ^ and _"),
    N_("the text in the language “%(a)s” is not kept"),
    # what the check of banks says of a draft
    N_("the stem is like that of an item loaded for the other purpose, live or practice"),
    N_("the stem is like that of the item %(a)s of this bank (%(b)s)"),
    N_("“valid_until” is missing: the key rests on a figure of one year"),
    N_("“all of the above” and the like are not answers"),
    N_("a multiple-response item has at least two keys and at least one other choice"),
)
_HOLE = re.compile(r"%\((\w)\)s")


@cache
def _fitting() -> tuple[tuple[str, re.Pattern[str]], ...]:
    made = []
    for sentence in SENTENCES:
        parts = _HOLE.split(sentence)
        pattern = "".join(f"(?P<{part}>.+?)" if at % 2 else re.escape(part) for at, part in enumerate(parts))
        made.append((sentence, re.compile(pattern, re.DOTALL)))
    return tuple(made)


def finding_of(locale: str, why: str) -> tuple[str, str]:
    """What was found, and the language that it is said in: the reader's, or English."""
    for sentence, pattern in _fitting():
        found = pattern.fullmatch(why)
        if found:
            return say(locale, sentence, **found.groupdict()), locale
    return why, "en"
