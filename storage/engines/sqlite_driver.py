"""SQLAlchemy's way to aiosqlite, with one hop to the driver's thread for a statement and its rows instead of four.

Each hop wakes a thread and then the loop, which costs as much as most statements do.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Callable
from typing import Any

from sqlalchemy.dialects.sqlite.aiosqlite import AsyncAdapt_aiosqlite_connection, AsyncAdapt_aiosqlite_cursor


class _Cursor(AsyncAdapt_aiosqlite_cursor):
    """Fetches all rows at once, as SQLAlchemy's own does; the driver's cursor is closed by then."""

    __slots__ = ()

    _awaitable_cursor_close = False

    def _make_new_cursor(self, connection: Any) -> Any:  # noqa: ARG002 - SQLAlchemy's
        """None yet: the statement brings it along."""
        return None

    def _aenter_cursor(self, cursor: Any) -> Any:
        return cursor

    async def _execute_async(self, operation: Any, parameters: Any) -> None:
        await self._hop(_executed, operation, parameters or ())

    async def _executemany_async(self, operation: Any, seq_of_parameters: Any) -> None:
        await self._hop(_executed_many, operation, seq_of_parameters)

    async def _hop(self, function: Callable[..., tuple[sqlite3.Cursor, list[Any]]], *arguments: Any) -> None:
        driver: Any = self._connection
        async with self._adapt_connection._execute_mutex:  # noqa: SLF001 - as SQLAlchemy's own cursor does
            self._cursor, rows = await driver._execute(function, driver._conn, *arguments)  # noqa: SLF001 - the same
        self._rows = deque(rows)

    def close(self) -> None:
        """Forget the rows."""
        self._rows.clear()


class OneHopConnection(AsyncAdapt_aiosqlite_connection):
    """A connection of aiosqlite's for SQLAlchemy."""

    __slots__ = ()

    _cursor_cls = _Cursor


def _executed(connection: sqlite3.Connection, statement: str, parameters: Any) -> tuple[sqlite3.Cursor, list[Any]]:
    cursor = connection.execute(statement, parameters)
    try:
        return cursor, cursor.fetchall()
    finally:
        cursor.close()  # what it told of itself can still be read


def _executed_many(connection: sqlite3.Connection, statement: str, many: Any) -> tuple[sqlite3.Cursor, list[Any]]:
    cursor = connection.executemany(statement, many)
    cursor.close()
    return cursor, []
