"""Whether texts hold words, in statements that both databases take."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, Self

from sqlalchemy import BindParameter, Boolean, ColumnElement, Integer, String, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class Condition(FunctionElement[bool]):
    """What is true or false of a row."""

    type = Boolean()

    def self_group(self, against: Any = None) -> Self:  # noqa: ARG002 - SQLAlchemy's signature
        """As it is: compared with 1, as SQLAlchemy would, SQLite looks for all words where the first is missing."""
        return self


class Holds(Condition):
    """True where a text holds every word. Made by `holds`."""

    inherit_cache = True
    name = "holds"


class AnyHolds(FunctionElement[int]):
    """1 where one of several texts holds a word, else 0. Made by `any_holds`."""

    type = Integer()
    inherit_cache = True
    name = "any_holds"


FREQUENT = "etaoin srhld cumfp gwybv kxjqz"
"""Letters, the most frequent of many languages first; others are rare beside them."""


class Sought(NamedTuple):
    """Where a word that is looked for will stand in a statement, and where a pattern of it."""

    word: BindParameter[str]
    like: BindParameter[str]


def sought(name: str) -> Sought:
    """A word, whose value is given under this name."""
    return Sought(bindparam(name, type_=String()), bindparam(f"{name}_like", type_=String()))


def values_of(name: str, word: str) -> dict[str, str]:
    """The values of `sought` for a word; signs of it are no wildcards."""
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return {name: word, f"{name}_like": f"%{escaped}%"}


def holds(text: ColumnElement[str], words: Sequence[Sought]) -> ColumnElement[bool]:
    """Whether `text` holds each of the words, one at least."""
    return Holds(text, *(part for word in words for part in word))


def any_holds(texts: ColumnElement[str], word: Sought) -> ColumnElement[Any]:
    """Whether one of the `texts`, all of a statement's rows, holds the word, as 1 or 0; none over two of them."""
    return AnyHolds(texts, *word)


def rarest_first(words: Iterable[str]) -> list[str]:
    """The words in the order in which they are looked for with the least work: no text is looked through after a miss.

    LIKE stops at each first letter of a word: for an `e` it takes twice as long as for a `z` (measured on SQLite).
    """
    return sorted(words, key=lambda word: FREQUENT.find(word[0]) % (len(FREQUENT) + 1), reverse=True)


class Unhelped(FunctionElement[str]):
    """A text that PostgreSQL compares without an index of it. Made by `unhelped`."""

    type = String()
    inherit_cache = True
    name = "unhelped"


def unhelped(text: ColumnElement[str]) -> ColumnElement[str]:
    """The text, by which PostgreSQL is not to look rows up, however few it takes them for.

    Of what was just written it knows nothing: it reads through 2,000 rows, 2,000 times, by an index of shelves, where
    another index has the one row (measured: 0.9 s). SQLite chooses by the number of columns, and needs them all.
    """
    return Unhelped(text)


@compiles(Holds)
def _each(element: Holds, compiler: SQLCompiler, **given: Any) -> str:
    first, *parts = element.clauses  # a word, its pattern, the next word, and so on
    text, *patterns = (compiler.process(clause, **given) for clause in (first, *parts[1::2]))
    return "(" + " AND ".join(f"{text} LIKE {pattern} ESCAPE '\\'" for pattern in patterns) + ")"


@compiles(Holds, "postgresql")
def _all(element: Holds, compiler: SQLCompiler, **given: Any) -> str:
    """A long text may be packed, or elsewhere, and is got for each operator anew unless an expression is made of it.

    For a word of four letters and more `strpos` takes PostgreSQL a fourth less time than LIKE (measured), for a shorter
    one as much; but LIKE alone takes many words at once. Conditions are looked at in the order of what PostgreSQL takes
    them to cost, so the CASE begins with a word once more, to come last. And of `strpos` it expects a third of all
    rows, of a CASE one half, whatever the word: so it reads in the order of the list and ends with the page, where it
    takes what is LIKE something for rare, and sorts all that a list has of it.
    """
    first, *parts = element.clauses
    text, *words = (compiler.process(clause, **given) for clause in (first, *parts[::2][:2]))
    two = " AND ".join(f"strpos({text}, {word}) > 0" for word in words)
    patterns = [compiler.process(clause, **given) for clause in parts[1::2][2:]]
    if not patterns:
        return f"({two})"
    rest = f"({text} || '') LIKE ALL (ARRAY[{', '.join(patterns)}])"
    return f"({two} AND CASE WHEN strpos({text}, {words[1]}) > 0 THEN {rest} ELSE false END)"


@compiles(AnyHolds)
def _one_by_one(element: AnyHolds, compiler: SQLCompiler, **given: Any) -> str:
    texts, pattern = (compiler.process(clause, **given) for clause in list(element.clauses)[::2])
    return f"max(CASE WHEN {texts} LIKE {pattern} ESCAPE '\\' THEN 1 ELSE 0 END)"


@compiles(AnyHolds, "postgresql")
def _as_one(element: AnyHolds, compiler: SQLCompiler, **given: Any) -> str:
    """Many words take a third to a half of the time in one long text, which is made once (measured; SQLite: more)."""
    texts, word = (compiler.process(clause, **given) for clause in list(element.clauses)[:2])
    return f"CASE WHEN strpos(string_agg({texts}, E'\\n'), {word}) > 0 THEN 1 ELSE 0 END"


@compiles(Unhelped)
def _as_it_is(element: Unhelped, compiler: SQLCompiler, **given: Any) -> str:
    [text] = (compiler.process(clause, **given) for clause in element.clauses)
    return text


@compiles(Unhelped, "postgresql")
def _made_anew(element: Unhelped, compiler: SQLCompiler, **given: Any) -> str:
    [text] = (compiler.process(clause, **given) for clause in element.clauses)
    return f"({text} || '')"
