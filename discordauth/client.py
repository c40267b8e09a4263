"""The client: from the code of a login to who it is, with nothing kept."""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import re
from http import HTTPStatus
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout
from yarl import URL

from discordauth.errors import ApplicationRefusedError, CodeRefusedError, DiscordLoginError, UnreachableError
from discordauth.models import ISSUER, Person

SCOPE = "identify"
API = "v10"
MOST_BYTES = 64 * 1024

log = logging.getLogger(__name__)


class DiscordLogin:
    """Discord's OAuth2 for one application (https://discord.com/developers/docs/topics/oauth2).

    `session` stays the caller's to close. `timeout` is in seconds, for each of a login's three calls. Calls raise
    DiscordLoginError.
    """

    def __init__(
        self,
        session: ClientSession,
        client_id: int,
        client_secret: str,
        *,
        callback_url: str,
        base_url: str = ISSUER,
        timeout: float = 10.0,
    ) -> None:
        self._session = session
        self._client = {"client_id": str(client_id), "client_secret": client_secret}
        self._callback_url = callback_url
        self._base_url = URL(base_url)
        self._timeout = ClientTimeout(total=timeout)

    def authorize_url(self, state: str, verifier: str) -> str:
        """Where a browser logs in: always with Discord's question, which names the account and has a way to another."""
        query = {
            "client_id": self._client["client_id"],
            "response_type": "code",
            "redirect_uri": self._callback_url,
            "scope": SCOPE,
            "state": state,
            "code_challenge": challenge(verifier),
            "code_challenge_method": "S256",
            "prompt": "consent",
        }
        return str(self._base_url.joinpath("oauth2", "authorize").with_query(query))

    async def identify(self, code: str, verifier: str) -> Person:
        """Whose login the code is of. The token that tells is revoked at once, whatever it told."""
        token = await self._token(code, verifier)
        try:
            return await self._me(token)
        finally:
            await self._revoke(token)

    async def _token(self, code: str, verifier: str) -> str:
        form = {
            **self._client,
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._callback_url,
            "code_verifier": verifier,
        }
        status, answer = await self._call("POST", ("api", "oauth2", "token"), data=form)
        token = answer.get("access_token")
        if status == HTTPStatus.OK and isinstance(token, str) and token:
            return token
        raise _refusal(status, answer.get("error"))

    async def _me(self, token: str) -> Person:
        path = ("api", API, "users", "@me")
        status, answer = await self._call("GET", path, headers={"Authorization": f"Bearer {token}"})
        number, name = str(answer.get("id", "")), answer.get("username")
        if status != HTTPStatus.OK or not re.fullmatch(r"[0-9]{1,20}", number) or not isinstance(name, str):
            raise UnreachableError(f"no user, status {status}")
        return Person(int(number), name)

    async def _revoke(self, token: str) -> None:
        form = {**self._client, "token": token, "token_type_hint": "access_token"}
        try:
            status, _ = await self._call("POST", ("api", "oauth2", "token", "revoke"), data=form)
        except DiscordLoginError as error:
            log.warning("the token of a login could not be revoked: %s", error)
        else:
            if status != HTTPStatus.OK:
                log.warning("the token of a login could not be revoked: status %s", status)

    async def _call(self, method: str, path: tuple[str, ...], **options: Any) -> tuple[int, dict[str, Any]]:
        """Status and JSON object, which is empty where the answer is none."""
        try:
            async with self._session.request(
                method, self._base_url.joinpath(*path), timeout=self._timeout, allow_redirects=False, **options
            ) as response:
                body = await response.content.read(MOST_BYTES)
                while len(body) < MOST_BYTES and (more := await response.content.read(MOST_BYTES - len(body))):
                    body += more
        except (ClientError, OSError) as error:  # timeouts are OSErrors
            raise UnreachableError(type(error).__name__) from None
        try:
            answer = json.loads(body)
        except (ValueError, RecursionError):
            answer = None
        return response.status, answer if isinstance(answer, dict) else {}


def challenge(verifier: str) -> str:
    """What of a PKCE verifier is shown beforehand (RFC 7636, S256)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def _refusal(status: int, error: Any) -> DiscordLoginError:
    """What it means that there is no token: whose fault it is, as RFC 6749 5.2 words it."""
    if error == "invalid_grant":
        return CodeRefusedError(f"status {status}")
    if status in {HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN} and isinstance(error, str):
        return ApplicationRefusedError(f"status {status}")
    return UnreachableError(f"status {status}")
