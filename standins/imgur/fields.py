"""The fields of a request's body, whichever of Imgur's encodings it came in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TypeAlias

from aiohttp import web

from standins.imgur.shapes import SHAPES, AnswerError
from standins.imgur.standin import SENT

Fields: TypeAlias = dict[str, list[str]]
FORM = "application/x-www-form-urlencoded"
_LOGGED = 200


async def read_fields(request: web.Request, *, urlencoded: bool = True) -> Fields:
    """Fields of a multipart, JSON or, if allowed, urlencoded body; empty without one."""
    if request.content_type == "application/json":
        fields = from_json(await request.text())
    elif request.content_type == FORM and not urlencoded and request.can_read_body:
        raise AnswerError(SHAPES["bad-request-400"])
    else:
        form = await request.post()
        fields = {name: [str(value) for value in form.getall(name)] for name in form}
    log_fields(request, fields)
    return fields


def from_json(text: str) -> Fields:
    """The members of a JSON object as fields; nulls are left out."""
    try:
        body = json.loads(text or "{}")
    except ValueError:
        raise AnswerError(SHAPES["bad-request-400"]) from None
    if not isinstance(body, dict):
        raise AnswerError(SHAPES["bad-request-400"])
    values = {name: value if isinstance(value, list) else [value] for name, value in body.items() if value is not None}
    return {name: [_text(item) for item in value] for name, value in values.items()}


def _text(value: object) -> str:
    return str(int(value)) if isinstance(value, bool) else str(value)


def log_fields(request: web.Request, fields: Fields) -> None:
    """Keep the beginnings of the values with the request, for assertions."""
    request[SENT].fields = {name: [value[:_LOGGED] for value in values] for name, values in fields.items()}


def text(fields: Mapping[str, list[str]], name: str) -> str | None:
    """The last value of a field."""
    values = fields.get(name)
    return values[-1] if values else None


def id_list(fields: Mapping[str, list[str]], name: str) -> list[str] | None:
    """Ids sent as repeated fields, with or without brackets, or with commas; None where the field is missing."""
    if name not in fields and f"{name}[]" not in fields:
        return None
    joined = ",".join([*fields.get(name, []), *fields.get(f"{name}[]", [])])
    return [part.strip() for part in joined.split(",") if part.strip()]
