"""Where the tables name Discord users, found in the schema itself: a table that is added later is never forgotten."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, ColumnElement, Select, Table, or_, select

from storage.database import Database
from storage.library_tables import libraries
from storage.tables import imgur_accounts, links, metadata

USER = ("discord_id", "user_id")
"""Whose name ends so holds the id of a Discord user."""


def user_columns(table: Table) -> list[Column[Any]]:
    """The columns of a table that hold ids of users."""
    return [column for column in table.c if column.name.endswith(USER)]


def owner_column(table: Table) -> Column[Any] | None:
    """The one that says whose a row is; others that a table may have name users in rows of others."""
    found = user_columns(table)
    return next((column for column in found if column.name in USER), next(iter(found), None))


def tables_of_users() -> list[Table]:
    """Every table that names users, those that others refer to last."""
    return [table for table in reversed(metadata.sorted_tables) if user_columns(table)]


def linked_account(discord_id: int) -> Select[Any]:
    """The id of the Imgur account that the user points to."""
    return select(links.c.account_id).where(links.c.discord_id == discord_id)


def about(table: Table, discord_id: int) -> ColumnElement[bool] | None:
    """Which rows of a table are about a user: by name, or because they hang on such rows; None where none can be.

    What others noted in a library that they share is theirs.
    """
    if table is libraries:
        return _libraries(discord_id)
    if table is imgur_accounts:
        return imgur_accounts.c.account_id.in_(linked_account(discord_id))
    if named := user_columns(table):
        return or_(*(column == discord_id for column in named))
    if "library_id" in table.c:
        return table.c.library_id.in_(select(libraries.c.id).where(_libraries(discord_id)))
    for key in table.foreign_keys:
        parent = key.column.table
        if (theirs := about(parent, discord_id)) is not None:
            return key.parent.in_(select(key.column).where(theirs))
    return None


def _libraries(discord_id: int) -> ColumnElement[bool]:
    return or_(libraries.c.discord_id == discord_id, libraries.c.account_id.in_(linked_account(discord_id)))


async def named(database: Database) -> set[int]:
    """Every user whom any row names."""
    found: set[int] = set()
    for table in tables_of_users():
        for column in user_columns(table):
            found.update((await database.execute(select(column).where(column > 0).distinct())).scalars())
    return found
