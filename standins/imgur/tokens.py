"""Registered clients, access and refresh tokens, authorization codes."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from standins.imgur.records import Account
from standins.imgur.switches import Switches


def new_token() -> str:
    """40 hexadecimal digits, as Imgur's are."""
    return secrets.token_hex(20)


@dataclass(frozen=True, slots=True)
class Client:
    """A registered application; the redirect after authorization goes to `callback_url` and nowhere else."""

    id: str
    secret: str = field(repr=False)
    callback_url: str


@dataclass(frozen=True, slots=True)
class Grant:
    """Whom a token or code speaks for, and which application may use it."""

    account: Account
    client_id: str


@dataclass(frozen=True, slots=True)
class IssuedTokens:
    """What an authorization or a refresh gives out."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    account: Account


class TokenBook:
    """Issues tokens and knows which are good."""

    def __init__(self, switches: Switches) -> None:
        self._switches = switches
        self.clients: dict[str, Client] = {}
        self.access: dict[str, Grant] = {}
        self.refresh: dict[str, Grant] = {}
        self.codes: dict[str, Grant] = {}
        self.refreshes = 0

    def issue(self, grant: Grant, refresh_token: str | None = None) -> IssuedTokens:
        """A new access token, with this refresh token or a new one."""
        if self._switches.one_live_token:
            self.access = {token: held for token, held in self.access.items() if held != grant}
        issued = IssuedTokens(new_token(), refresh_token or new_token(), grant.account)
        self.access[issued.access_token] = grant
        self.refresh[issued.refresh_token] = grant
        return issued

    def issue_code(self, grant: Grant) -> str:
        """An authorization code, good for one exchange."""
        code = new_token()
        self.codes[code] = grant
        return code

    def exchange_code(self, code: str, client_id: str) -> IssuedTokens | None:
        """Tokens for a code of this client; None, and nothing spent, otherwise."""
        grant = self.codes.get(code)
        if grant is None or grant.client_id != client_id:
            return None
        del self.codes[code]
        return self.issue(grant)

    def exchange_refresh(self, token: str, client_id: str) -> IssuedTokens | None:
        """Tokens for a refresh token of this client; None otherwise."""
        grant = self.refresh.get(token)
        if grant is None or grant.client_id != client_id:
            return None
        self.refreshes += 1
        if self._switches.rotation == "strict":
            del self.refresh[token]
        return self.issue(grant, token if self._switches.rotation == "same" else None)

    def kill_access_tokens(self, account: Account | None = None) -> int:
        """End the access tokens of an account, or all, before their time; tells how many."""
        kept = {token: held for token, held in self.access.items() if account not in (None, held.account)}
        killed = len(self.access) - len(kept)
        self.access = kept
        return killed

    def revoke(self, account: Account, client_id: str) -> None:
        """The user takes the application's permission away."""
        gone = Grant(account, client_id)
        self.access = {token: held for token, held in self.access.items() if held != gone}
        self.refresh = {token: held for token, held in self.refresh.items() if held != gone}
