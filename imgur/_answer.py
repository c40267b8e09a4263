"""From an HTTP answer to Imgur's data, or to the one error of ours that it means.

Imgur has answered failures in some seventeen shapes over the years (docs/imgur.md lists them). They are read in this
order: is the body JSON? - `errors[]` - `data.error` (text, object, or JSON inside a text) - `data` - `message`; then
the wording decides before the status does, because the status is often not the one that is meant.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from imgur._texts import in_utf8
from imgur._throttle import rate_limited
from imgur.errors import (
    ApplicationRefusedError,
    BadAnswerError,
    BlockedError,
    ForbiddenError,
    ImgurError,
    InvalidGrantError,
    NotFoundError,
    OverCapacityError,
    RateLimitedError,
    RejectedError,
    SignInDownError,
    TooLargeError,
    UnauthorizedError,
    UnsupportedTypeError,
)

DETAIL_LENGTH = 300
WORDING_LENGTH = 1000
"""No more than this is looked at of what an error says."""
PAGE_BYTES = 64 * 1024
MOST_VALUES = 1_000_000
"""More values than any answer that is read has, an album of ten thousand images included; each takes its time."""
FIRST_ERROR = 400
FIRST_CODE = 1000
"""From here on a number is one of Imgur's own."""

_ADDRESS = re.compile(r"https?:(?:\\?/){2}\S*", re.IGNORECASE)
_PAGE_WORDING = (
    (r"Error \(?1024\)?", SignInDownError),
    (r"over capacity|Imgur overloaded", OverCapacityError),
)
_WORDING = (
    *_PAGE_WORDING,
    (r"too fast|too many requests|requests exceeded|rate limit", RateLimitedError),
    (r"access token.{0,20} is invalid", UnauthorizedError),
    (r"(invalid|unauthorized|unknown|wrong|bad)[ _]client|malformed auth header", ApplicationRefusedError),
    (r"client[ _]?(id|secret).{0,40}(invalid|unknown|wrong|not|mismatch|disabled)", ApplicationRefusedError),
    (r"over the size limit|too large", TooLargeError),
    (r"file type invalid|not supported|support that file type|corrupt", UnsupportedTypeError),
    (r"unable to find|not found", NotFoundError),
    (r"these actions are forbidden", BlockedError),
    (r"forbidden|^unauthorized", ForbiddenError),
)
_BY_STATUS: dict[int, type[ImgurError]] = {
    401: UnauthorizedError,
    403: ForbiddenError,
    404: NotFoundError,
    410: NotFoundError,
    413: TooLargeError,
    415: UnsupportedTypeError,
    429: RateLimitedError,
    # Imgur's own codes
    1002: TooLargeError,
    1003: UnsupportedTypeError,
    1203: OverCapacityError,
}
_GRANT_REFUSED = re.compile(
    r"\binvalid_grant\b|\binvalid (authorization code|code|pin|grant)\b(?! type)"
    r"|^(?=.*\brefresh token\b).*\b(invalid|exist|expired|revoked|not found|unknown)",
    re.IGNORECASE,
)
_SENT_ELSEWHERE = frozenset({HTTPStatus.TEMPORARY_REDIRECT, HTTPStatus.PERMANENT_REDIRECT})
_GONE = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
_NOT_ACCEPTED = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})


@dataclass(frozen=True, slots=True)
class Answer:
    """What came over the wire. `secrets` are texts of the request that must not come back in an error.

    `cost` is in credits: whoever has fewer left has spent them.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    bearer: bool = False
    secrets: tuple[str, ...] = field(default=(), repr=False)
    cost: int = 1


@dataclass(frozen=True, slots=True)
class _Fault:
    """A failure in Imgur's words; `status` is the most telling number it gave: of HTTP, or a code of its own.

    `is_worded`: the words told the kind, not the number.
    """

    text: str
    status: int
    kind: type[ImgurError] | None
    is_worded: bool = False


def data_of(answer: Answer) -> Any:
    """What the envelope of a success holds. Raises ImgurError for everything else."""
    document = document_of(answer)
    if "data" not in document:
        raise BadAnswerError("no data in the answer", status=answer.status)
    return document["data"]


def document_of(answer: Answer) -> dict[str, Any]:
    """The whole JSON object of a success. Raises ImgurError for everything else."""
    document = _parsed(answer.body)
    if not isinstance(document, dict):
        raise _error(_page_fault(answer), answer)
    if (fault := _fault(document, answer.status)) is not None:
        raise _error(fault, answer)
    return document


def grant_error(error: ImgurError) -> ImgurError:
    """What a failure of the token endpoint means: only words about the grant itself may cost a user the link.

    A refusal without such words is not about the user: it comes from a gateway, or means the application. Nor is it
    about the picture that the tokens were wanted for: that is not what was not found, or too large.
    """
    if isinstance(error, TooLargeError | UnsupportedTypeError):
        return BadAnswerError(error.detail, status=error.status)
    if isinstance(error, ApplicationRefusedError) or not isinstance(
        error, RejectedError | ForbiddenError | NotFoundError
    ):
        return error
    if _GRANT_REFUSED.search(error.detail):
        return InvalidGrantError(error.detail, status=error.status)
    if error.status in _NOT_ACCEPTED:
        return ApplicationRefusedError(error.detail, status=error.status)
    return BadAnswerError(error.detail, status=error.status) if isinstance(error, NotFoundError) else error


def is_own_word(answer: Answer) -> bool:
    """Whether an answer that is an error says for certain that nothing was done.

    A gateway gives up on what goes on behind it, so its 5xx, its timeouts and its pages say nothing; Imgur's words do.
    That something is gone is no page's to say: whoever believes it forgets the only handle on a picture.
    """
    document = _parsed(answer.body)
    fault = _fault(document, answer.status) if isinstance(document, dict) else None
    status = fault.status if fault and answer.status < FIRST_ERROR else answer.status
    if FIRST_ERROR <= status < HTTPStatus.INTERNAL_SERVER_ERROR or status in _SENT_ELSEWHERE:
        return status != HTTPStatus.REQUEST_TIMEOUT and (fault is not None or status not in _GONE)
    return fault is not None and (fault.is_worded or fault.status >= FIRST_CODE)


def is_declined(answer: Answer) -> bool:
    """Whether Imgur itself says no within a success: its envelope, `success` false, and no number that says why."""
    document = _parsed(answer.body)
    if not isinstance(document, dict) or document.get("success") is not False or "data" not in document:
        return False
    fault = _fault(document, answer.status)
    return fault is not None and max(fault.status, answer.status) < FIRST_ERROR


def hidden(text: str, secrets: Iterable[str]) -> str:
    """`text` without the secrets and without what no file or terminal takes, no longer than a log line may be."""
    for secret in filter(None, secrets):
        text = text.replace(secret, "***")
    return in_utf8(text[:DETAIL_LENGTH])


def _parsed(body: bytes) -> Any:
    """The JSON that the body is; None where it is none, or has more values than are read."""
    return None if body.count(b",") > MOST_VALUES else _json(body.decode("utf-8-sig", "replace"))


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _page_fault(answer: Answer) -> _Fault:
    """A web page, nothing at all, or JSON that is no object: mostly not from the API but from what stands before it."""
    page = answer.body[:PAGE_BYTES].decode("utf-8", "replace")
    for pattern, kind in _PAGE_WORDING:
        if found := re.search(pattern, page, re.IGNORECASE):
            return _Fault(found.group(), answer.status, kind)
    return _Fault("", answer.status, _by_status(answer.status))


def _fault(document: dict[str, Any], status: int) -> _Fault | None:
    data = document.get("data")
    errors = document.get("errors")
    outer = next((code for code in (status, _code(document.get("status"))) if code >= FIRST_ERROR), status)
    if isinstance(errors, list) and errors:
        return _worded(errors[0], outer)
    if error := (isinstance(data, dict) and data.get("error")) or document.get("error"):
        return _worded(error, outer)
    if status < HTTPStatus.MULTIPLE_CHOICES and document.get("success") is not False and set(document) != {"message"}:
        return None
    return _worded(data if isinstance(data, str) else document.get("message"), outer)


def _worded(error: Any, outer: int) -> _Fault:
    if isinstance(error, str) and error.lstrip().startswith("{"):
        error = _json(error) or error
    text, status = error if isinstance(error, str) else "", outer
    if isinstance(error, dict):
        words = (error.get(name) for name in ("message", "detail", "title", "status"))
        text = next((word for word in words if isinstance(word, str)), "")
        status = _code(error.get("code")) or outer
    text = _ADDRESS.sub("***", text)[:WORDING_LENGTH]  # an echo of what was to be fetched: it may be signed
    kind = next((kind for pattern, kind in _WORDING if re.search(pattern, text, re.IGNORECASE)), None)
    if status == HTTPStatus.UNAUTHORIZED and kind is ForbiddenError:
        kind = UnauthorizedError
    refused = RejectedError if text or status >= FIRST_ERROR else None
    return _Fault(text, status, kind or _by_status(status) or refused, kind is not None)


def _by_status(status: int) -> type[ImgurError] | None:
    is_server_fault = HTTPStatus.INTERNAL_SERVER_ERROR <= status < 600  # noqa: PLR2004 - the end of HTTP's statuses
    return OverCapacityError if is_server_fault else _BY_STATUS.get(status)


def _code(value: Any) -> int:
    """The number in a `code` or `status`, 0 where it is none that tells of an error."""
    try:
        code = int(value)
    except (TypeError, ValueError, OverflowError):
        return 0
    return code if code >= FIRST_ERROR else 0


def _error(fault: _Fault, answer: Answer) -> ImgurError:
    detail = hidden(fault.text, answer.secrets)
    kind = fault.kind or BadAnswerError
    if kind is RateLimitedError:
        return rate_limited(fault.text, detail, answer.status, answer.headers, max(answer.cost, 1))
    if kind is UnauthorizedError and not answer.bearer:
        kind = ForbiddenError  # there is no access token to refresh
    return kind(detail, status=answer.status)
