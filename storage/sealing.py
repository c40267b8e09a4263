"""Sealing of what must not be readable in the database file: AES-256-GCM, each value tied to its place.

A sealed value is `version, length of the key id, key id, nonce, ciphertext`. The place (column, owner of the row) and
the head are authenticated too, so that a value copied elsewhere, or given another head, does not open.

`cryptography`, 8 MB, is loaded for the first value that is sealed or opened.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from storage.errors import KeyMissingError, SealBrokenError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION = 1
KEY_BYTES = 32
NONCE_BYTES = 12


class SealContext(NamedTuple):
    """Where a sealed value lives: `column` as `table.column`, `owner` the id of whom or what the row belongs to."""

    column: str
    owner: str


def new_key() -> bytes:
    """A fresh random key."""
    return secrets.token_bytes(KEY_BYTES)


class Keyring:
    """The keys by id: the first seals, all of them open."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        if not keys:
            raise ValueError("at least one key is needed")
        self._keys = dict(keys)
        self._first = next(iter(keys))

    def seal(self, text: str, context: SealContext) -> bytes:
        """`text`, to be opened only by these keys and in this place."""
        head = _head(self._first)
        nonce = secrets.token_bytes(NONCE_BYTES)
        return head + nonce + _cipher(self._keys[self._first]).encrypt(nonce, text.encode(), _bound(head, context))

    def open(self, blob: bytes, context: SealContext) -> str:
        """What was sealed. Raises KeyMissingError, or SealBrokenError where the value is not what was sealed here."""
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - see above

        head, nonce, ciphertext = _split(blob)
        key_id = head[2:].decode("ascii", "replace")
        if key_id not in self._keys:
            raise KeyMissingError(key_id)
        try:
            return _cipher(self._keys[key_id]).decrypt(nonce, ciphertext, _bound(head, context)).decode()
        except InvalidTag:
            raise SealBrokenError(f"a value of {context.column} does not open") from None


def _cipher(key: bytes) -> AESGCM:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - see above

    return AESGCM(key)


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
