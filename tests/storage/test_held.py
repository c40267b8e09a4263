"""All that is held about a user can be read by them, out of the schema itself; nothing of the bot's or of others."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, LargeBinary, MetaData, Table, insert

from storage import Stores
from storage.database import Database
from storage.held import INWARD, is_told, withheld
from storage.library_tables import items
from storage.persons import about, user_columns
from storage.sealing import Keyring, new_key
from storage.tables import UtcTime, metadata, selected, views
from tests.storage.everybody import SECRET, concerned, fill
from tests.storage.factories import NOW, account, link, upload

ALICE, BOB = 1_111_111_111_111_111_111, 2_222_222_222_222_222_222
OURS = 77

# Tables about nobody in Discord: who adds one asks whether that is true.
NOBODYS = {
    "command_syncs",
    "credit_overruns",
    "credits_left",
    "data_keys",
    "erasures",
    "housekeeping",
    "servers",
    "sign_in",
}
# Whole numbers and JSON that hold no id of a Discord user; all that do are named *discord_id or *user_id.
NUMBERS = """
    anonymous_uploads.size backups.account_id command_syncs.application_id credit_overruns.number
    credit_users.number credits_left.number data_keys.id expiries.account_id housekeeping.value
    imgur_accounts.account_id imgur_accounts.version items.library_id items.size jobs.account_id jobs.id
    libraries.account_id libraries.id link_attempts.account_id link_attempts.channel_id link_attempts.number
    link_events.channel_id link_events.number links.account_id marks.library_id places.library_id places.name
    places.pass places.rank selected.account_id servers.guild_id shared_items.message_id
    shared_messages.channel_id shared_messages.guild_id shared_messages.message_id sign_in_waits.nonce
    steps.job_id syncs.library_id syncs.next_low syncs.next_rank syncs.number syncs.reach syncs.version
    tags.library_id uploaded_files.account_id
"""
DOCUMENTS = {"backup_parts.entries", "items.extra", "jobs.payload", "servers.channels", "steps.payload"}
SEALED = """
    anonymous_uploads.deletehash backups.code_hash backups.cookie_hash backups.nonce_hash data_keys.key
    erasures.digest expiries.deletehash imgur_accounts.access_token imgur_accounts.refresh_token jobs.origin
    link_attempts.access_token link_attempts.code link_attempts.cookie_hash link_attempts.nonce_hash
    link_attempts.origin link_attempts.refresh_token link_attempts.state_hash uploaded_files.digest
"""


def columns(*kinds: type) -> set[str]:
    """The columns of these types that are none of users' ids, times or keys, of all tables."""
    every = (column for table in metadata.sorted_tables for column in table.c if column not in user_columns(table))
    found = (column for column in every if isinstance(column.type, kinds) and not isinstance(column.type, UtcTime))
    return {str(column) for column in found if not column.name.endswith("_key_id")}


async def everything(stores: Stores, discord_id: int) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    async for held in stores.held.everything(discord_id):
        found.setdefault(held.table, []).extend(dict(row) for row in held.rows)
    return found


def test_of_every_table_it_is_known_whether_it_is_about_users() -> None:
    """A new table fails here, by its name, until somebody has thought about it."""
    assert {table.name for table in metadata.sorted_tables} - {table.name for table in concerned()} == NOBODYS


def test_of_every_number_document_and_secret_it_is_known_what_it_is() -> None:
    """So does a column that may hold a user's id under another name, or a secret that may be the user's own."""
    numbers = columns(BigInteger)
    assert numbers == set(NUMBERS.split())
    assert columns(JSON) == DOCUMENTS
    assert columns(LargeBinary) == set(SEALED.split())
    assert all(name in {str(column) for table in metadata.sorted_tables for column in table.c} for name in INWARD)


def test_a_table_that_is_new_is_about_a_user_by_its_column_or_what_it_hangs_on() -> None:
    new = Table("shared", MetaData(), Column("sharer_discord_id", BigInteger), Column("by_user_id", BigInteger))
    assert [column.name for column in user_columns(new)] == ["sharer_discord_id", "by_user_id"]
    assert about(new, 1) is not None
    assert about(selected, 1) is not None


async def test_a_row_of_every_table_comes_out_without_a_secret(database: Database, stores: Stores) -> None:
    await fill(database, ALICE, OURS)
    await fill(database, BOB, OURS, has_account=True)
    found = await everything(stores, ALICE)
    assert set(found) == {table.name for table in concerned()}
    assert all(len(rows) == 1 for rows in found.values())
    told = json.dumps(found)
    assert str(BOB) not in told
    assert SECRET.decode() not in told
    assert str(ALICE) in told
    for table in concerned():
        shown = {column.name for column in table.c if is_told(column)} - {"account_id"}
        assert shown <= set(found[table.name][0]), table.name


async def test_deletehashes_are_the_user_s_and_open_tokens_are_not(stores: Stores) -> None:
    await link(stores, ALICE, account(OURS))
    await stores.uploads.add(upload("abc1234", ALICE))
    await stores.uploads.add(upload("def5678", BOB))
    found = await everything(stores, ALICE)
    assert [row["deletehash"] for row in found["anonymous_uploads"]] == ["deletehash-abc1234"]
    assert found["imgur_accounts"][0]["username"] == f"imgurian-{OURS}"
    told = json.dumps(found)
    assert "access-of" not in told
    assert "refresh-of" not in told
    assert withheld(metadata.tables["imgur_accounts"]) == ("access_token", "refresh_token")
    assert withheld(metadata.tables["anonymous_uploads"]) == ()


async def test_a_deletehash_whose_key_is_lost_does_not_keep_the_rest_back(database: Database, stores: Stores) -> None:
    await stores.uploads.add(upload("abc1234", ALICE))
    other = Stores.of(database, Keyring({"other": new_key()}))
    assert (await everything(other, ALICE))["anonymous_uploads"][0]["deletehash"] is None


async def test_what_is_others_is_named_by_its_id_alone(database: Database, stores: Stores) -> None:
    """A favorite of somebody else's, and what was ticked of theirs."""
    await link(stores, ALICE, account(OURS))
    library = await stores.library.library(OURS)
    extra = {"account_id": 999_888, "account_username": "somebody_else", "link": "https://i.imgur.com/x.png"}
    row = {"animated": False, "width": 1, "height": 1, "size": 1, "nsfw": False, "favorite": True}
    own = {"account_id": OURS, "account_username": "me"}
    async with database.write() as transaction:
        await transaction.execute(
            insert(items),
            [
                row | {"library_id": library, "kind": "image", "item_id": "theirs", "extra": extra},
                row | {"library_id": library, "kind": "image", "item_id": "mine", "extra": own},
            ],
        )
        view = {"id": "view", "discord_id": ALICE, "query": "", "used_at": NOW}
        await transaction.execute(insert(views).values(view))
        ticked = {"view_id": "view", "kind": "image", "item_id": "theirs", "number": 1, "account_id": 999_888}
        await transaction.execute(insert(selected).values(ticked))
    found = await everything(stores, ALICE)
    assert {row["item_id"]: row["extra"] for row in found["items"]} == {
        "theirs": {"link": "https://i.imgur.com/x.png"},
        "mine": own,
    }
    assert "999888" not in json.dumps(found)


async def test_many_rows_come_in_pieces_each_once(database: Database, stores: Stores) -> None:
    library = await stores.marks.own_library(ALICE)
    row = {"animated": False, "width": 1, "height": 1, "size": 1, "nsfw": False, "favorite": True, "extra": {}}
    async with database.write() as transaction:
        await transaction.execute(
            insert(items),
            [row | {"library_id": library, "kind": "image", "item_id": f"i{number}"} for number in range(2100)],
        )
    sizes = [len(held.rows) async for held in stores.held.everything(ALICE) if held.table == "items"]
    assert sizes == [1000, 1000, 100]
    found = await everything(stores, ALICE)
    assert len({row["item_id"] for row in found["items"]}) == 2100
    assert found["libraries"] == [{"id": library, "account_id": None, "discord_id": ALICE}]


async def test_nothing_is_held_about_who_never_came(stores: Stores) -> None:
    await link(stores, BOB, account(OURS))
    assert await everything(stores, ALICE) == {}
