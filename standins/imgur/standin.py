"""The stand-in as tests, the demo and its own handlers see it."""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from aiohttp import web
from multidict import CIMultiDict

from standins.imgur.faults import FaultQueue
from standins.imgur.state import World
from standins.imgur.switches import Switches
from standins.imgur.tokens import Client


@dataclass
class SentFile:
    """A file in a request: which field, under what name and type, how many bytes came."""

    field: str
    filename: str | None
    content_type: str | None
    size: int = 0


@dataclass
class SentRequest:
    """A request as it came over the wire. Values of `fields` are cut at 200 characters."""

    method: str
    path: str
    query: dict[str, str]
    headers: CIMultiDict[str]
    content_length: int | None
    fields: dict[str, list[str]] = field(default_factory=dict)
    files: list[SentFile] = field(default_factory=list)
    body_size: int = 0
    status: int | None = None

    @property
    def line(self) -> str:
        """Method and path, like "POST /3/upload"."""
        return f"{self.method} {self.path}"


class Standin:
    """A running stand-in: its address, its world, its switches, and what was asked of it.

    `visits` are those to its sign-in page, as browsers make them, or whoever looks now and then whether it works.
    """

    def __init__(self, switches: Switches) -> None:
        self.url = ""
        self.switches = switches
        self.world = World(switches)
        self.faults = FaultQueue()
        self.requests: list[SentRequest] = []
        self.visits: list[SentRequest] = []

    def register_client(self, client_id: str, client_secret: str, callback_url: str) -> Client:
        """Register an application, or replace its registration."""
        client = Client(client_id, client_secret, callback_url)
        self.world.tokens.clients[client_id] = client
        return client

    def fail_next(self, name: str, match: str = "*", times: int = 1, *, early: bool = False) -> None:
        """Let the next `times` requests like "POST /3/upload" (wildcards allowed) meet the fault of this name."""
        self.faults.add(name, match, times, early=early)

    def sent(self, match: str) -> list[SentRequest]:
        """The requests so far whose line matches (wildcards allowed)."""
        return [request for request in (*self.requests, *self.visits) if fnmatchcase(request.line, match)]


STANDIN: web.AppKey[Standin] = web.AppKey("standin", Standin)
SENT: web.RequestKey[SentRequest] = web.RequestKey("sent", SentRequest)
