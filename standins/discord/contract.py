"""Discord's own documents as judge of both sides: its OpenAPI document and schemas of what the gateway sends."""

from __future__ import annotations

import json
import re
from functools import cached_property
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator, Draft202012Validator
from jsonschema.exceptions import best_match

COMMAND, MENU = 2, 3
_GATEWAY = {
    "READY": "GatewayReadyDispatchData",
    2: "APIChatInputApplicationCommandInteraction",
    "menu": "APIMessageApplicationCommandInteraction",
    3: "APIMessageComponentInteraction",
    4: "APIApplicationCommandAutocompleteInteraction",
    5: "APIModalSubmitInteraction",
}


class Contract:
    """Keeps what went over the wire and says afterwards what contradicts the documents: judging takes time."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._heard: list[tuple[str, str, Any]] = []  # what it was, where its schema stands, the body as JSON

    def request(self, method: str, path: str, body: Any) -> None:
        """What the bot sends."""
        self._heard.append((f"{method} {path}", "requestBody", json.dumps(body)))

    def answer(self, method: str, path: str, status: int, body: Any) -> None:
        """What the stand-in answers."""
        self._heard.append((f"{method} {path}", str(status), json.dumps(body)))

    def event(self, name: str, data: Any) -> None:
        """What the stand-in sends over the gateway."""
        what = data.get("type") if name == "INTERACTION_CREATE" else name
        if what == COMMAND and data["data"]["type"] == MENU:
            what = "menu"
        if kind := _GATEWAY.get(what):
            self._heard.append((name, kind, json.dumps(data)))

    def broken(self) -> list[str]:
        """What contradicts the documents; without them, nothing does."""
        if self._folder is None:
            return []
        found = []
        for what, where, text in self._heard:
            judge = self._of_event(where) if where in _GATEWAY.values() else self._of_call(what, where)
            body = json.loads(text)
            if judge and (error := best_match(judge.iter_errors(_as_documented(body, where)))):
                found.append(f"{what} {where}: {error.json_path}: {error.message[:300]}")
        return found

    def _of_event(self, kind: str) -> Draft7Validator:
        return Draft7Validator({"$ref": "#/definitions/" + kind, "definitions": self._definitions})

    def _of_call(self, what: str, where: str) -> Draft202012Validator | None:
        method, path = what.split(" ")
        operation = self._operation(method, path)
        part = operation.get("requestBody", {}) if where == "requestBody" else operation["responses"].get(where, {})
        content = part.get("content", {}).get("application/json")
        return (
            Draft202012Validator({**content["schema"], "components": self._document["components"]}) if content else None
        )

    def _operation(self, method: str, path: str) -> dict[str, Any]:
        for pattern, operations in self._paths:
            if pattern.fullmatch(path) and method.lower() in operations:
                found: dict[str, Any] = operations[method.lower()]
                return found
        return {"responses": {}}

    @cached_property
    def _document(self) -> dict[str, Any]:
        return self._load("discord-openapi.json")

    def _load(self, name: str) -> dict[str, Any]:
        loaded: dict[str, Any] = json.loads(((self._folder or Path()) / name).read_text(encoding="utf-8"))
        return loaded

    @cached_property
    def _paths(self) -> list[tuple[re.Pattern[str], dict[str, Any]]]:
        """Fixed paths first: `@original` is also an id's place."""
        paths = sorted(self._document["paths"].items(), key=lambda item: item[0].count("{"))
        return [(re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), operations) for path, operations in paths]

    @cached_property
    def _definitions(self) -> dict[str, Any]:
        """The gateway's schemas. Flags are listed one by one there; any sum of them is right.

        What is forwarded is a message's fields, for each of which it has a whole message by mistake.
        """
        definitions: dict[str, Any] = self._load("discord-gateway.schema.json")["definitions"]
        for name, definition in definitions.items():
            if name.endswith("Flags") and "enum" in definition:
                definitions[name] = {"type": "integer"}
        whole, part = definitions["APIMessage"]["properties"], definitions["APIMessageSnapshotFields"]["properties"]
        part.update({key: whole[key] for key in part.keys() & whole.keys()})
        return definitions


def _as_documented(body: Any, where: str) -> Any:
    """Parts of a multipart message are numbered from 0; the document knows ids of stored attachments only.

    discord.py writes a recipient's id as a number, which Discord takes as well.
    """
    if where == "requestBody" and isinstance(body, dict) and "recipient_id" in body:
        return {**body, "recipient_id": str(body["recipient_id"])}
    if where == "requestBody" and isinstance(body, dict) and "attachments" in body:
        attachments = [{**part, "id": str(part["id"])} for part in body["attachments"]]
        return {**body, "attachments": attachments}
    return body
