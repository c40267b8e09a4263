"""What can go wrong with a login. No text holds a secret."""

from __future__ import annotations


class DiscordLoginError(Exception):
    """Base of this room."""


class UnreachableError(DiscordLoginError):
    """Discord did not answer, or not in a way that can be used."""


class CodeRefusedError(DiscordLoginError):
    """Discord does not take the code: used, too old, made up, or another login's."""


class ApplicationRefusedError(DiscordLoginError):
    """Discord does not take this application: its secret, or the address that is registered."""
