"""Which letters a long text holds, as some bits beside it: most that lack a word are seen to, and not looked through.

Only where a database can compare so many bits at once, as PostgreSQL does: SQLite has no use for them.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Dialect, LargeBinary, TypeDecorator
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

from storage.holding import Condition

SIGNED = 1_000
"""Characters from which on a text has a signature."""
BITS = 4_096
"""Of a signature. English of 10,000 characters has a quarter of them: two thirds of the words it lacks are told.

A migration that makes all NULL goes with another number, or other bits.
"""


def signature(text: str) -> bytes | None:
    """The `traces` of all words of a long text; None for one that is looked through as fast."""
    return traces(text.split()) if len(text) >= SIGNED else None


def traces(words: Iterable[str]) -> bytes:
    """The bits of each three letters in a row. What holds all of the words has these, and may have others."""
    threes = {word[at : at + 3] for word in words for at in range(len(word) - 2)}
    bits = 0
    for three in threes:
        bits |= 1 << zlib.crc32(three.encode(errors="replace")) % BITS
    return bits.to_bytes(BITS // 8, "big")


class Signature(TypeDecorator[bytes]):
    """A `signature`, or `traces`; on SQLite nothing."""

    impl = LargeBinary
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Bits. Told how many, PostgreSQL takes each row to be so long, and lists for short, before it has analyzed."""
        if dialect.name != "postgresql":
            return super().load_dialect_impl(dialect)
        from sqlalchemy.dialects.postgresql import BIT  # noqa: PLC0415 - see `storage.tables.on_postgres`

        return dialect.type_descriptor(BIT(varying=True))

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> Any:
        """As PostgreSQL's driver takes it."""
        if value is None or dialect.name != "postgresql":
            return None
        return dialect.dbapi.asyncpg.BitString.frombytes(value, BITS)  # type: ignore[union-attr]


class Signed(Condition):
    """A condition that only texts with certain traces can meet. Made by `signed`."""

    inherit_cache = True
    name = "signed"


def signed(held: ColumnElement[bool], its: ColumnElement[bytes], wanted: BindParameter[bytes]) -> ColumnElement[bool]:
    """What `held` says of a text with `its` signature, if it has one; false at once where that lacks what is wanted."""
    return Signed(held, its, wanted)


@compiles(Signed)
def _as_it_is(element: Signed, compiler: SQLCompiler, **given: Any) -> str:
    held, *_ = element.clauses
    return compiler.process(held, **given)


@compiles(Signed, "postgresql")
def _compared(element: Signed, compiler: SQLCompiler, **given: Any) -> str:
    """Of a CASE PostgreSQL expects one half of all rows, as `storage.holding` wants it."""
    held, its, wanted = (compiler.process(clause, **given) for clause in element.clauses)
    return f"CASE WHEN {its} IS NULL OR ({its} & {wanted}) = {wanted} THEN {held} ELSE false END"
