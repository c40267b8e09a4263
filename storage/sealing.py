"""Sealing of what must not be readable in the database: AES-256-GCM, each value tied to its place and its data key.

A sealed value is `version, length of the key id, key id, nonce, ciphertext`; the key id names one of TOKEN_KEYS. What
seals is derived (HKDF-SHA256, RFC 5869) from that key and from the data key in `data_keys` that the value's row names:
neither opens it without the other, so a value is erased by overwriting its data key. The place (column, owner of the
row) and the head are authenticated too, so that a value copied elsewhere, or given another head, does not open.

Version 1, which the release before wrote, knows no data key. It still opens; `storage.resealing` replaces it.

`cryptography`, 8 MB, is loaded for the first value that is sealed or opened.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from storage.errors import KeyMissingError, SealBrokenError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION = 2
WITHOUT_DATA_KEY = 1
KEY_BYTES = 32
NONCE_BYTES = 12
DIGEST_BYTES = 32
NO_KEY = bytes(KEY_BYTES)  # what is left of a data key that was erased
PURPOSE = b"imgur bot: a value of the database"

ON_RECORD = b"imgur bot: a digest on record"


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

    def seal(self, text: str, context: SealContext, data_key: bytes) -> bytes:
        """`text`, to be opened only by these keys with this data key, and in this place."""
        if len(data_key) != KEY_BYTES or data_key == NO_KEY:
            raise ValueError("nothing can be sealed under a data key that was erased")
        head = _head(self._first)
        nonce = secrets.token_bytes(NONCE_BYTES)
        cipher = _cipher(_derived(self._keys[self._first], data_key))
        return head + nonce + cipher.encrypt(nonce, text.encode(), _bound(head, context))

    def open(self, blob: bytes, context: SealContext, data_key: bytes | None) -> str:
        """What was sealed. Raises KeyMissingError, or SealBrokenError where the value is not what was sealed here."""
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - see above

        head, nonce, ciphertext = _split(blob)
        key_id = head[2:].decode("ascii", "replace")
        if key_id not in self._keys:
            raise KeyMissingError(key_id)
        key = self._keys[key_id]
        if head[0] != WITHOUT_DATA_KEY:
            if data_key is None or data_key == NO_KEY:
                raise SealBrokenError(f"the data key of a value of {context.column} was erased")
            key = _derived(key, data_key)
        try:
            return _cipher(key).decrypt(nonce, ciphertext, _bound(head, context)).decode()
        except InvalidTag:
            raise SealBrokenError(f"a value of {context.column} does not open") from None

    def digests(self, text: str) -> list[bytes]:
        """What stands for `text` where it may not be read; one for each key, the first one's first."""
        keys = (hmac.digest(key, ON_RECORD, "sha256") for key in self._keys.values())
        return [hmac.digest(key, text.encode(), "sha256") for key in keys]


def is_old(blob: bytes) -> bool:
    """Whether the value was sealed without a data key."""
    return blob[:1] == bytes([WITHOUT_DATA_KEY])


def _derived(key: bytes, data_key: bytes) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415 - see above
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF  # noqa: PLC0415 - see above

    return HKDF(SHA256(), length=KEY_BYTES, salt=data_key, info=PURPOSE).derive(key)


def _cipher(key: bytes) -> AESGCM:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - see above

    return AESGCM(key)


def _head(key_id: str) -> bytes:
    encoded = key_id.encode("ascii")
    return bytes([VERSION, len(encoded)]) + encoded


def _split(blob: bytes) -> tuple[bytes, bytes, bytes]:
    end = 2 + blob[1] if len(blob) > 1 else 2
    if len(blob) <= end + NONCE_BYTES or blob[0] not in (WITHOUT_DATA_KEY, VERSION):
        raise SealBrokenError("not a sealed value, or one of a version unknown to this release")
    return blob[:end], blob[end : end + NONCE_BYTES], blob[end + NONCE_BYTES :]


def _bound(head: bytes, context: SealContext) -> bytes:
    return b"\0".join((head, context.column.encode(), context.owner.encode()))
