"""Every phrase of Imgur's that tells more than the status it came with."""

from __future__ import annotations

import json

import pytest

from imgur import _answer
from imgur.errors import (
    ApplicationRefusedError,
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

PHRASES: dict[type[ImgurError], list[str]] = {
    SignInDownError: ["Error (1024)", "Error 1024"],
    OverCapacityError: ["temporarily over capacity", "Imgur overloaded"],
    RateLimitedError: ["uploading too fast", "Too many requests", "requests exceeded", "a rate limit"],
    UnauthorizedError: ["The access token provided is invalid."],
    ApplicationRefusedError: [
        *("invalid client", "Unauthorized_client", "unknown client", "wrong client", "bad client"),
        *("malformed auth header", "client_id is invalid", "the client secret does not match", "clientid disabled"),
        *("client id unknown", "client secret wrong", "client id mismatch"),
    ],
    TooLargeError: ["File is over the size limit", "It is too large"],
    UnsupportedTypeError: ["File type invalid", "not supported", "We don't support that file type", "is corrupt"],
    NotFoundError: ["Unable to find an image", "was not found"],
    BlockedError: ["These actions are forbidden."],
    ForbiddenError: ["Forbidden", "unauthorized"],
}


@pytest.mark.parametrize(("meant", "phrase"), [(meant, phrase) for meant in PHRASES for phrase in PHRASES[meant]])
def test_phrase_tells_what_is_meant_whatever_the_status(meant: type[ImgurError], phrase: str) -> None:
    body = json.dumps({"data": {"error": phrase}, "success": False, "status": 400}).encode()
    with pytest.raises(meant) as raised:
        _answer.data_of(_answer.Answer(400, {}, body, bearer=True))
    assert type(raised.value) is meant
    assert raised.value.detail == phrase


@pytest.mark.parametrize(
    ("status", "meant"),
    [
        (401, UnauthorizedError),
        (403, ForbiddenError),
        (404, NotFoundError),
        (410, NotFoundError),
        (413, TooLargeError),
        (415, UnsupportedTypeError),
        (429, RateLimitedError),
        (500, OverCapacityError),
        (599, OverCapacityError),
        (1002, TooLargeError),
        (1003, UnsupportedTypeError),
        (1203, OverCapacityError),
    ],
)
def test_number_tells_what_is_meant_where_no_phrase_does(status: int, meant: type[ImgurError]) -> None:
    body = json.dumps({"data": {"error": {"code": status, "message": "hm"}}, "success": False}).encode()
    with pytest.raises(meant) as raised:
        _answer.data_of(_answer.Answer(400, {}, body, bearer=True))
    assert type(raised.value) is meant


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (RejectedError("invalid_grant", status=400), InvalidGrantError),
        (ForbiddenError("Refresh token doesn't exist", status=403), InvalidGrantError),
        (RejectedError("hm", status=401), ApplicationRefusedError),
        (ForbiddenError("hm", status=403), ApplicationRefusedError),
    ],
)
def test_status_is_kept_where_a_failed_grant_means_something_else(said: ImgurError, meant: type[ImgurError]) -> None:
    error = _answer.grant_error(said)
    assert (type(error), error.detail, error.status) == (meant, said.detail, said.status)
