"""The tables, in types that SQLite and PostgreSQL share. What is sealed is a LargeBinary; times are in UTC.

`data_key_id` and its kind name the row of `data_keys` without which the sealed values of their row do not open. NULL
where nothing is sealed, or where the release before did it and it does not open.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    TypeDecorator,
    literal_column,
    text,
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TICK = timedelta(microseconds=1)


class UtcTime(TypeDecorator[datetime]):
    """An aware datetime as whole microseconds since 1970, so that what comes out equals what went in."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - SQLAlchemy's signature
        """A naive datetime raises TypeError."""
        return None if value is None else (value - EPOCH) // TICK

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """The datetime in UTC."""
        return None if value is None else EPOCH + value * TICK


# Compared by code points, as SQLite does it, whatever the collation of a PostgreSQL is: for what is sorted or paged by.
InOneOrder = String().with_variant(String(collation="C"), "postgresql")

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
    }
)


def on_postgres(**words: Any) -> dict[str, Any]:
    """What a table or index is made with there alone, as its `info`.

    Said to SQLAlchemy at once it would load PostgreSQL's dialect, of which a bot over SQLite needs nothing: 20 ms of a
    start and 2 MB. Nothing makes tables from here but migrations and tests: they call `complete`.
    """
    return {"postgresql": {f"postgresql_{name}": word for name, word in words.items()}}


def complete() -> MetaData:
    """All tables, with what they are made with on PostgreSQL."""
    for table in metadata.tables.values():
        table.kwargs.update(table.info.get("postgresql", {}))
        for index in table.indexes:
            index.kwargs.update(index.info.get("postgresql", {}))
    return metadata


NUMBER = BigInteger().with_variant(Integer, "sqlite")  # of an only key, SQLite counts INTEGERs alone

data_keys = Table(  # a row is added, overwritten, and nothing else: see `storage.keys`
    "data_keys",
    metadata,
    Column("id", NUMBER, primary_key=True),
    Column("key", LargeBinary, nullable=False),
    sqlite_autoincrement=True,
    info=on_postgres(**{"with": {"fillfactor": 50}}),
)

housekeeping = Table(
    "housekeeping",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", BigInteger, nullable=False),
)

imgur_accounts = Table(
    "imgur_accounts",
    metadata,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("username", String, nullable=False),
    Column("access_token", LargeBinary, nullable=False),
    Column("refresh_token", LargeBinary, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("broken", Boolean, nullable=False),
    Column("refresh_until", UtcTime),
    Column("refresh_by", String),
    Column("data_key_id", BigInteger),
)

links = Table(
    "links",
    metadata,
    Column("discord_id", BigInteger, primary_key=True, autoincrement=False),
    Column("account_id", BigInteger, ForeignKey("imgur_accounts.account_id"), nullable=False, index=True),
)

# In these words wherever it is asked: an index with a condition serves a statement in which it stands.
IS_OPEN: ColumnElement[bool] = literal_column("status IN ('pending', 'bound', 'spent', 'proved')")

link_attempts = Table(
    "link_attempts",
    metadata,
    Column("number", NUMBER, primary_key=True),
    Column("id", String, nullable=False, unique=True),
    Column("discord_id", BigInteger, nullable=False, index=True),
    Column("discord_name", String, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("status", String, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("origin", LargeBinary),
    Column("nonce_hash", LargeBinary, unique=True),
    Column("cookie_hash", LargeBinary),
    Column("state_hash", LargeBinary, unique=True),
    Column("code", LargeBinary),
    Column("account_id", BigInteger),
    Column("username", String),
    Column("access_token", LargeBinary),
    Column("refresh_token", LargeBinary),
    Column("token_expires_at", UtcTime),
    Index("uq_link_attempts_open", "discord_id", unique=True, sqlite_where=IS_OPEN, info=on_postgres(where=IS_OPEN)),
    Index("ix_link_attempts_open", "expires_at", sqlite_where=IS_OPEN, info=on_postgres(where=IS_OPEN)),
    Index(None, "created_at"),
    Column("origin_key_id", BigInteger),
    Column("proof_key_id", BigInteger),
    Column("locale", String(10)),
    Column("login", String(10)),
    Column("logins", Integer),
    Column("foreign_login", Boolean),
    Column("place", String(10)),
    Column("channel_id", BigInteger),
)

link_events = Table(  # of each user the newest, so the numbers say which those are
    "link_events",
    metadata,
    Column("number", NUMBER, primary_key=True),
    Column("discord_id", BigInteger, nullable=False, index=True),
    Column("at", UtcTime, nullable=False, index=True),
    Column("deed", String(10), nullable=False),
    Column("proof", String(10)),
    Column("place", String(10)),
    Column("channel_id", BigInteger),
)

anonymous_uploads = Table(
    "anonymous_uploads",
    metadata,
    Column("discord_id", BigInteger, primary_key=True, autoincrement=False),
    Column("image_id", InOneOrder, primary_key=True),
    Column("deletehash", LargeBinary, nullable=False),
    Column("link", String),
    Column("mime_type", String),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("title", String),
    Column("description", String),
    Column("uploaded_at", UtcTime, nullable=False),
    Column("data_key_id", BigInteger),
    Index(None, "discord_id", "uploaded_at"),
)

hidden_images = Table(
    "hidden_images",
    metadata,
    Column("image_id", String, primary_key=True),
    Column("discord_id", BigInteger, nullable=False, index=True),
)

expiries = Table(  # which pictures are to be deleted by themselves, and when
    "expiries",
    metadata,
    Column("discord_id", BigInteger, primary_key=True, autoincrement=False),
    Column("image_id", InOneOrder, primary_key=True),
    Column("account_id", BigInteger),  # none: it was uploaded without one
    Column("due_at", UtcTime, nullable=False),
    Column("try_at", UtcTime, nullable=False, index=True),  # when it is deleted, or tried again
    Column("failures", Integer, nullable=False),
    Column("claim", String),
    Column("claimed_until", UtcTime),
    Column("deletehash", LargeBinary),
    Column("data_key_id", BigInteger),
)

uploaded_files = Table(  # from which file which picture was made: see `storage.files`
    "uploaded_files",
    metadata,
    Column("discord_id", BigInteger, primary_key=True, autoincrement=False),
    Column("image_id", InOneOrder, primary_key=True),
    Column("account_id", BigInteger),  # none: it was uploaded without one
    Column("digest", LargeBinary, nullable=False),
    Column("uploaded_at", UtcTime, nullable=False),
    Index(None, "discord_id", "digest"),
)

command_syncs = Table(
    "command_syncs",
    metadata,
    Column("application_id", BigInteger, primary_key=True, autoincrement=False),
    Column("digest", String, nullable=False),
)

preferences = Table(
    "preferences",
    metadata,
    Column("discord_id", BigInteger, primary_key=True, autoincrement=False),
    Column("keeps_details", Boolean, nullable=False),
)

views = Table(
    "views",
    metadata,
    Column("id", String, primary_key=True),
    Column("discord_id", BigInteger, nullable=False),
    Column("query", String, nullable=False),
    Column("used_at", UtcTime, nullable=False, index=True),
    Index(None, "discord_id", "used_at"),
)

selected = Table(
    "selected",
    metadata,
    Column("view_id", String, ForeignKey("views.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", String, primary_key=True),
    Column("item_id", String, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("title", String),
    Column("account_id", BigInteger),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("kind", String, nullable=False),
    Column("discord_id", BigInteger, nullable=False, index=True),
    Column("subject", String, nullable=False),
    Column("account_id", BigInteger),
    Column("payload", JSON, nullable=False),
    Column("state", String, nullable=False),
    Column("due_at", UtcTime, nullable=False),
    Column("begun_at", UtcTime, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("turn", UtcTime, nullable=False),  # when its user was last served
    Column("claim", String),
    Column("claimed_until", UtcTime),
    Column("ended_at", UtcTime),
    Column("outcome_title", String),
    Column("outcome_text", String),
    Column("origin", LargeBinary),
    Column("origin_key_id", BigInteger),
    Column("origin_until", UtcTime),
    Column("outcome_words", String),
    Index(
        "uq_jobs_open",
        "kind",
        "subject",
        unique=True,
        sqlite_where=text("state = 'open'"),
        info=on_postgres(where=text("state = 'open'")),
    ),
    Index(None, "state", "due_at"),
    sqlite_autoincrement=True,  # a button may carry an id: none is used twice
)

steps = Table(
    "steps",
    metadata,
    Column("job_id", BigInteger, ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("payload", JSON, nullable=False),
    Column("state", String, nullable=False),
    Column("outcome", String),
)

credits_left = Table(
    "credits_left",
    metadata,
    Column("scope", String, primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("limit", Integer, nullable=False),
    Column("remaining", Integer, nullable=False),
    Column("begun_at", UtcTime, nullable=False),
    Column("resets_at", UtcTime, nullable=False, index=True),
    Column("was_told", Boolean, nullable=False),
    Column("paused_until", UtcTime),
    Column("users", Integer, nullable=False),
)

credit_users = Table(
    "credit_users",
    metadata,
    Column("scope", String, primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("used", Integer, nullable=False),
)

credit_overruns = Table(
    "credit_overruns",
    metadata,
    Column("scope", String, primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", UtcTime, nullable=False),
)

sign_in = Table(  # one row
    "sign_in",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("looked_at", UtcTime, nullable=False),
    Column("known_at", UtcTime),
    Column("down_since", UtcTime),
    Column("held", Integer, nullable=False),
)

sign_in_waits = Table(
    "sign_in_waits",
    metadata,
    Column("discord_id", BigInteger, primary_key=True, autoincrement=False),
    Column("asked_at", UtcTime, nullable=False, index=True),
    Column("locale", String(10)),
    Column("nonce", BigInteger, nullable=False),
    Column("claimed_until", UtcTime),
)

servers = Table(
    "servers",
    metadata,
    Column("guild_id", BigInteger, primary_key=True, autoincrement=False),
    Column("sharing", String, nullable=False),
    Column("channels", JSON, nullable=False),
    Column("mature", Boolean, nullable=False),
    Column("contact", String),
)

shared_messages = Table(
    "shared_messages",
    metadata,
    Column("message_id", BigInteger, primary_key=True, autoincrement=False),
    Column("guild_id", BigInteger),
    Column("channel_id", BigInteger, nullable=False),
    Column("discord_id", BigInteger, nullable=False, index=True),
    Column("shared_at", UtcTime, nullable=False, index=True),
    Index(None, "guild_id", "shared_at"),
)

shared_items = Table(
    "shared_items",
    metadata,
    Column(
        "message_id",
        BigInteger,
        ForeignKey("shared_messages.message_id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("kind", String, nullable=False),
    Column("item_id", String, nullable=False, index=True),
)

erasures = Table(  # who had everything erased, for a while: see `storage.erased`
    "erasures",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("at", UtcTime, nullable=False),
)

backups = Table(
    "backups",
    metadata,
    Column("id", String, primary_key=True),
    Column("discord_id", BigInteger, nullable=False, unique=True),
    Column("discord_name", String, nullable=False),
    Column("locale", String(10)),
    Column("expires_at", UtcTime, nullable=False, index=True),
    Column("status", String, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("nonce_hash", LargeBinary, nullable=False, unique=True),
    Column("cookie_hash", LargeBinary),
    Column("code_hash", LargeBinary),
    Column("account_id", BigInteger),
    Column("parts", Integer),
)

backup_parts = Table(
    "backup_parts",
    metadata,
    Column("backup_id", String, ForeignKey("backups.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("entries", JSON, nullable=False),
)
