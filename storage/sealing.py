"""Sealing of what must not be readable in the database file: AES-256-GCM, each value tied to its place.

A sealed value is `version, length of the key id, key id, nonce, ciphertext`. The place (column, owner of the row) and
the head are authenticated too, so that a value copied elsewhere, or given another head, does not open.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from storage.errors import KeyMissingError, SealBrokenError

VERSION = 1
KEY_BITS = 256
NONCE_BYTES = 12


class SealContext(NamedTuple):
    """Where a sealed value lives: `column` as `table.column`, `owner` the id of whom or what the row belongs to."""

    column: str
    owner: str


def new_key() -> bytes:
    """A fresh random key."""
    return AESGCM.generate_key(KEY_BITS)


class Keyring:
    """The keys by id: the first seals, all of them open."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        if not keys:
            raise ValueError("at least one key is needed")
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keys.items()}
        self._first = next(iter(keys))

    def seal(self, text: str, context: SealContext) -> bytes:
        """`text`, to be opened only by these keys and in this place."""
        head = _head(self._first)
        nonce = os.urandom(NONCE_BYTES)
        return head + nonce + self._ciphers[self._first].encrypt(nonce, text.encode(), _bound(head, context))

    def open(self, blob: bytes, context: SealContext) -> str:
        """What was sealed. Raises KeyMissingError, or SealBrokenError where the value is not what was sealed here."""
        head, nonce, ciphertext = _split(blob)
        key_id = head[2:].decode("ascii", "replace")
        if key_id not in self._ciphers:
            raise KeyMissingError(key_id)
        try:
            return self._ciphers[key_id].decrypt(nonce, ciphertext, _bound(head, context)).decode()
        except InvalidTag:
            raise SealBrokenError(f"a value of {context.column} does not open") from None


def _head(key_id: str) -> bytes:
    encoded = key_id.encode("ascii")
    return bytes([VERSION, len(encoded)]) + encoded


def _split(blob: bytes) -> tuple[bytes, bytes, bytes]:
    end = 2 + blob[1] if len(blob) > 1 else 2
    if len(blob) <= end + NONCE_BYTES or blob[0] != VERSION:
        raise SealBrokenError("not a sealed value, or one of a version unknown to this release")
    return blob[:end], blob[end : end + NONCE_BYTES], blob[end + NONCE_BYTES :]


def _bound(head: bytes, context: SealContext) -> bytes:
    return b"\0".join((head, context.column.encode(), context.owner.encode()))
