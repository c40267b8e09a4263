"""What can go wrong with the database, in words for the operator. No text holds a secret."""

from __future__ import annotations


class StorageError(Exception):
    """Base of everything that this room raises on purpose."""


class DatabaseUnavailableError(StorageError):
    """The database cannot be opened, or is locked or full."""


class CrowdedError(DatabaseUnavailableError):
    """The database takes no more connections at the moment."""


class ErasedMeanwhileError(StorageError):
    """A user had everything erased after what would write of them was begun: nothing was written."""


class AddressError(StorageError):
    """DATABASE_URL cannot be understood."""


class NewerDatabaseError(StorageError):
    """The database was written by a newer release of the bot."""


class KeyMissingError(StorageError):
    """A value was sealed with a key that TOKEN_KEYS no longer holds; `key_id` names it."""

    def __init__(self, key_id: str) -> None:
        super().__init__(f"the key {key_id!r} is not in TOKEN_KEYS")
        self.key_id = key_id


class SealBrokenError(StorageError):
    """A sealed value does not open: it was changed, or copied here from another row."""
