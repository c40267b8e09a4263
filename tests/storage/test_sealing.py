from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import Stores
from storage.errors import KeyMissingError, SealBrokenError
from storage.models import AttemptStatus
from storage.sealing import Keyring, SealContext, new_key
from tests.storage.factories import account, bring_to, link, raw, upload

PLACE = SealContext("table.column", "1")
DATA_KEY = new_key()


@given(st.text())
def test_a_value_opens_where_it_was_sealed(text):
    keyring = Keyring({"a": new_key()})

    assert keyring.open(keyring.seal(text, PLACE, DATA_KEY), PLACE, DATA_KEY) == text


def test_the_same_value_never_looks_the_same_and_never_shows():
    keyring = Keyring({"a": new_key()})
    one, two = keyring.seal("secret", PLACE, DATA_KEY), keyring.seal("secret", PLACE, DATA_KEY)

    assert one != two
    assert b"secret" not in one + two


@pytest.mark.parametrize(
    "elsewhere",
    [SealContext("table.column", "2"), SealContext("table.other", "1"), SealContext("table.column\x001", "")],
    ids=["another row", "another column", "the same bytes cut elsewhere"],
)
def test_a_value_does_not_open_elsewhere(elsewhere):
    keyring = Keyring({"a": new_key()})

    with pytest.raises(SealBrokenError, match=elsewhere.column):
        keyring.open(keyring.seal("secret", PLACE, DATA_KEY), elsewhere, DATA_KEY)


@given(st.data())
def test_a_changed_value_does_not_open(data):
    keyring = Keyring({"a": new_key(), "b": new_key()})
    blob = bytearray(keyring.seal("secret", PLACE, DATA_KEY))
    blob[data.draw(st.integers(0, len(blob) - 1))] ^= data.draw(st.integers(1, 255))

    with pytest.raises((SealBrokenError, KeyMissingError)):
        keyring.open(bytes(blob), PLACE, DATA_KEY)


@given(st.integers(0, 40))
def test_a_cut_value_does_not_open(length):
    keyring = Keyring({"a": new_key()})
    blob = keyring.seal("secret", PLACE, DATA_KEY)

    with pytest.raises((SealBrokenError, KeyMissingError)):
        keyring.open(blob[: min(length, len(blob) - 1)], PLACE, DATA_KEY)


def test_a_value_under_another_key_id_does_not_open():
    key = new_key()
    keyring = Keyring({"a": key, "b": key})
    blob = keyring.seal("secret", PLACE, DATA_KEY)

    with pytest.raises(SealBrokenError):
        keyring.open(blob.replace(b"a", b"b", 1), PLACE, DATA_KEY)


def test_an_old_key_still_opens_and_the_first_seals():
    old, new = new_key(), new_key()
    blob = Keyring({"old": old}).seal("secret", PLACE, DATA_KEY)
    both = Keyring({"new": new, "old": old})

    assert both.open(blob, PLACE, DATA_KEY) == "secret"
    assert Keyring({"new": new}).open(both.seal("secret", PLACE, DATA_KEY), PLACE, DATA_KEY) == "secret"


def test_a_lost_key_is_named():
    blob = Keyring({"summer2026": new_key()}).seal("secret", PLACE, DATA_KEY)

    with pytest.raises(KeyMissingError, match="summer2026") as caught:
        Keyring({"winter2026": new_key()}).open(blob, PLACE, DATA_KEY)
    assert caught.value.key_id == "summer2026"


def test_a_keyring_needs_a_key():
    with pytest.raises(ValueError, match="at least one key"):
        Keyring({})


def test_keys_are_new_each_time():
    assert len({new_key() for _ in range(10)}) == 10
    assert len(new_key()) == 32


# --- attacks on the file -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "forgery",
    [
        "UPDATE imgur_accounts SET access_token = (SELECT access_token FROM imgur_accounts WHERE account_id = 8)",
        "UPDATE imgur_accounts SET access_token = refresh_token",
        "UPDATE imgur_accounts SET refresh_token = access_token",
    ],
)
async def test_tokens_copied_to_another_row_or_column_do_not_open(stores, path, forgery):
    await link(stores, 1, account(9))
    await link(stores, 2, account(8), name="second")
    with raw(path) as connection:
        connection.execute(f"{forgery} WHERE account_id = 9")

    with pytest.raises(SealBrokenError):
        await stores.accounts.linked(1)


async def test_a_deletehash_copied_to_another_users_row_does_not_open(stores, path):
    await stores.uploads.add(upload(discord_id=1))
    with raw(path) as connection:
        connection.execute("UPDATE anonymous_uploads SET discord_id = 2")

    with pytest.raises(SealBrokenError):
        await stores.uploads.get(2, "abc1234")


async def test_a_proved_attempt_given_to_another_user_does_not_open(stores, path):
    await bring_to(stores, AttemptStatus.PROVED)
    with raw(path) as connection:
        connection.execute("UPDATE link_attempts SET discord_id = 666")

    with pytest.raises(SealBrokenError):
        await stores.attempts.by_id("first")


async def test_no_secret_is_in_the_tables_in_the_clear(stores, path):
    await link(stores)
    await bring_to(stores, AttemptStatus.PROVED, "second", 2)
    await stores.uploads.add(upload())
    with raw(path) as connection:
        text = "\n".join(connection.iterdump())
        blobs = b"".join(
            bytes(cell)
            for table in ("imgur_accounts", "link_attempts", "anonymous_uploads")
            for row in connection.execute(f"SELECT * FROM {table}")
            for cell in row
            if isinstance(cell, bytes)
        )

    for secret in ("access-of-9", "refresh-of-9", "deletehash-", "interaction-token", "K7QW2M9X"):
        assert secret not in text
        assert secret.encode() not in blobs
    assert "imgurian-9" in text


async def test_a_lost_key_is_named_when_reading_and_does_not_hinder_leaving_or_linking_anew(stores, database):
    await link(stores)
    await stores.uploads.add(upload())
    poorer = Stores.of(database, Keyring({"later": new_key()}))

    with pytest.raises(KeyMissingError, match="'test'"):
        await poorer.accounts.linked(1)
    named = await poorer.accounts.named(1)
    assert named
    assert named.username == "imgurian-9"
    with pytest.raises(KeyMissingError, match="'test'"):
        await poorer.uploads.get(1, "abc1234")

    await link(poorer, name="again")
    anew = await poorer.accounts.linked(1)
    assert anew
    assert anew.access_token == "access-of-9"
    with pytest.raises(KeyMissingError, match="'later'"):
        await stores.accounts.linked(1)
    assert (await stores.accounts.unlink(1)).username == "imgurian-9"
    assert await poorer.accounts.get(9) is None
