"""What a test may let the stand-in do wrong."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from aiohttp import web


@dataclass
class Refusal:
    """An error as Discord words it."""

    status: int
    code: int
    message: str = "refused"
    more: dict[str, object] = field(default_factory=dict)  # what else stands in it
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Page:
    """What something on the way says in place of Discord."""

    status: int = 200
    body: str = "<html>Please log in to this network.</html>"
    content_type: str = "text/html"

    def response(self) -> web.Response:
        """As it goes over the wire."""
        return web.Response(status=self.status, body=self.body.encode(), headers={"Content-Type": self.content_type})


@dataclass
class Fault:
    """What becomes of calls like "PATCH /webhooks/*" (wildcards allowed), the next `times` of them."""

    match: str
    answer: Refusal | Page | None = None  # in place of Discord's own
    cut: bool = False  # the connection ends without an answer
    done: bool = False  # it takes effect nevertheless
    seconds: float = 0.0  # until then
    gate: asyncio.Event | None = None  # which has to be set before
    times: int = 1

    @property
    def is_done(self) -> bool:
        """Whether the call takes effect."""
        return self.done or not (self.answer or self.cut)


@dataclass
class Switches:
    """All at rest to begin with. Lists are used up from the front, one for each occasion."""

    hello_closes: list[int] = field(default_factory=list)  # codes with which connections are closed before HELLO
    identify_closes: list[int] = field(default_factory=list)  # codes that answer IDENTIFY
    resume_closes: list[int] = field(default_factory=list)  # codes that answer RESUME
    invalid_sessions: int = 0  # how many IDENTIFY or RESUME are answered with "invalid session"
    heartbeat_interval: int = 41_250  # milliseconds
    acknowledges: bool = True  # whether heartbeats are acknowledged
    ready: bool = True  # whether READY follows IDENTIFY
    resume_host: str = "gateway-us-east1-b.discord.gg"  # what READY names; one that does not resolve is dead
    outage: int | None = None  # the status that answers every call
    faults: list[Fault] = field(default_factory=list)
    ahead: float = 0.0  # seconds by which Discord's clock is ahead of this machine's
    shards: int = 1  # how many Discord advises
    max_concurrency: int = 1  # shards that may identify within five seconds
    starts_left: int = 1000
    starts_again_after: int = 0  # milliseconds until there are more
    slow_files: float = 0.0  # seconds before a file is handed out
    acknowledge_within: float = 3.0  # seconds
    alone: bool = False  # only its user has installed the bot, which is no member of the server
    in_group: bool = False  # direct messages are those of a group, of which the bot is no member
    forced_private: bool = False  # the server wants nothing of such bots to be seen
    managers: list[str] = field(default_factory=list)  # ids of people who manage the server

    def fault(self, line: str) -> Fault | None:
        """What becomes of the call with this method and path."""
        found = next((fault for fault in self.faults if fault.times > 0 and fnmatchcase(line, fault.match)), None)
        if found:
            found.times -= 1
        return found
