"""What Imgur's authorize page looks like from outside: whether somebody could sign in now."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from html.parser import HTMLParser
from http import HTTPStatus
from typing import Any

from imgur._answer import Answer
from imgur.models import SignIn

_DOWN = re.compile(r"Error \(?1024\)?")
_COOKIE = "authorize_token="


def sign_in_of(answer: Answer) -> SignIn:
    """WORKS for Imgur's own form and nothing else; DOWN for "Error (1024)", which comes with a 200, and for 5xx.

    All other answers (a redirect, a check for bots, 403, 429) say nothing about whether people can sign in.
    """
    text = answer.body.decode("utf-8-sig", errors="replace")
    is_ok = answer.status == HTTPStatus.OK
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR or (is_ok and _is_failure(text)):
        return SignIn.DOWN
    if is_ok and _asks(text, answer):
        return SignIn.WORKS
    return SignIn.DOWN if _DOWN.search(text) else SignIn.UNKNOWN


def _is_failure(text: str) -> bool:
    """Whether it is Imgur's envelope of a failure of the server, whatever the status says."""
    try:
        document: Any = json.loads(text)
    except (ValueError, RecursionError):
        return False
    status = document.get("status") if isinstance(document, dict) else None
    return isinstance(status, int) and status >= HTTPStatus.INTERNAL_SERVER_ERROR


def _asks(text: str, answer: Answer) -> bool:
    """Whether it has the form that allows an application: posted, with the token that its cookie has as `allow`."""
    page = _Page()
    with suppress(AssertionError):  # what this parser makes of "<![nonsense["
        page.feed(text)  # and no close(): that takes minutes for a long page of tags that do not end
    cookies = (value for name, value in answer.headers.items() if name.lower() == "set-cookie")
    is_given = any(cookie.startswith(_COOKIE) for cookie in cookies)
    return "allow" in page.posted or (is_given and "password" in page.posted)


class _Page(HTMLParser):
    """The names of the fields that are in forms which are posted."""

    def __init__(self) -> None:
        super().__init__()
        self.posted: set[str] = set()
        self._is_posted = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take note of a form or of a field in one."""
        given = dict(attrs)
        if tag == "form":
            self._is_posted = (given.get("method") or "").strip().lower() == "post"
        elif self._is_posted and tag in {"input", "button"}:
            self.posted.add(given.get("name") or "")

    def handle_endtag(self, tag: str) -> None:
        """The form ends."""
        if tag == "form":
            self._is_posted = False
