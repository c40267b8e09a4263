"""Whether texts hold words, in statements that both databases take."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self, TypeAlias

from sqlalchemy import BindParameter, Boolean, ColumnElement, String, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class Holds(FunctionElement[bool]):
    """True where a text holds every word. Made by `holds`."""

    type = Boolean()
    inherit_cache = True
    name = "holds"

    def self_group(self, against: Any = None) -> Self:  # noqa: ARG002 - SQLAlchemy's signature
        """As it is: compared with 1, as SQLAlchemy would, SQLite looks for all words where the first is missing."""
        return self


FREQUENT = "etaoinsrhldcum"
"""Letters, the most frequent of many languages first; others are rare beside them."""

Word: TypeAlias = str | BindParameter[str]
"""A word, or where its `pattern` will stand, in a statement that is made once."""


def holds(text: ColumnElement[str], words: Iterable[Word]) -> ColumnElement[bool]:
    """Whether `text` holds each of the words, one at least; signs of theirs are no wildcards."""
    patterns = (
        bindparam(None, pattern(word), String, unique=True) if isinstance(word, str) else word for word in words
    )
    return Holds(text, *patterns)


def pattern(word: str) -> str:
    """What a text that holds the word is LIKE."""
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def rarest_first(words: Iterable[str]) -> list[str]:
    """The words in the order in which they are looked for with the least work: no text is looked through after a miss.

    Databases stop at each first letter of a word: for an `e` they take twice as long as for a `z` (measured).
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
    text, *patterns = (compiler.process(clause, **given) for clause in element.clauses)
    return "(" + " AND ".join(f"{text} LIKE {pattern} ESCAPE '\\'" for pattern in patterns) + ")"


@compiles(Holds, "postgresql")
def _all(element: Holds, compiler: SQLCompiler, **given: Any) -> str:
    """A long text is stored elsewhere, and is fetched for each operator anew unless an expression is made of it.

    PostgreSQL knows how frequent a word is, and takes the second for rare whatever it is, one row of 200: then it sorts
    all of a list for a page of it. Of COALESCE it expects one of two, reads in the order of the list, and ends with the
    page. What holds three words is rare.
    """
    text, first, *others = (compiler.process(clause, **given) for clause in element.clauses)
    each = [f"{text} LIKE {first}"]
    each += [f"COALESCE({text} LIKE {second}, false)" for second in others[:1]]
    if rest := others[1:]:
        each.append(f"({text} || '') LIKE ALL (ARRAY[{', '.join(rest)}])")
    return f"({' AND '.join(each)})"


@compiles(Unhelped)
def _as_it_is(element: Unhelped, compiler: SQLCompiler, **given: Any) -> str:
    [text] = (compiler.process(clause, **given) for clause in element.clauses)
    return text


@compiles(Unhelped, "postgresql")
def _made_anew(element: Unhelped, compiler: SQLCompiler, **given: Any) -> str:
    [text] = (compiler.process(clause, **given) for clause in element.clauses)
    return f"({text} || '')"
