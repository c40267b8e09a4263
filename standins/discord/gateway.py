"""The gateway: sessions, heartbeats, resuming. Several sessions of one shard all get what happens there."""

from __future__ import annotations

import asyncio
import secrets
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, cast

import orjson
from aiohttp import WSMsgType, web

from standins.discord.contract import Contract
from standins.discord.switches import Page, Switches
from standins.discord.world import Json, World

DISPATCH, HEARTBEAT, IDENTIFY, RESUME, RECONNECT, INVALID_SESSION, HELLO, ACK = 0, 1, 2, 6, 7, 9, 10, 11
GUILDS = 1  # the intent


@dataclass
class Session:
    """What a client began with IDENTIFY; it outlives its socket."""

    shard: int
    shards: int
    intents: int
    id: str = field(default_factory=lambda: secrets.token_hex(16))
    socket: web.WebSocketResponse | None = None
    transport: asyncio.WriteTransport | None = None
    sent: list[Json] = field(default_factory=list)

    async def send(self, name: str, data: Any) -> None:
        """An event, kept for a client that has lost its connection."""
        event = {"op": DISPATCH, "t": name, "s": len(self.sent) + 1, "d": data}
        self.sent.append(event)
        await _send(self.socket, event)

    def serves(self, guild_id: str | None) -> bool:
        """Whether what happens in this server, or in direct messages, goes to this shard."""
        return (int(guild_id) >> 22) % self.shards == self.shard if guild_id else self.shard == 0


class Gateway:
    """Every connection, and the sessions that they began."""

    def __init__(self, world: World, switches: Switches, contract: Contract) -> None:
        self._world = world
        self._switches = switches
        self._contract = contract
        self.sessions: list[Session] = []
        self.begun: list[Session] = []  # those that have ended, too
        self.events: list[str] = []  # what clients did: "connect", "identify", "resume"
        self.heartbeats = 0
        self.identified = asyncio.Event()

    async def publish(self, name: str, data: Json) -> None:
        """Send an event to every session of its shard."""
        self._contract.event(name, data)
        await self.send(name, data)

    async def send(self, name: str, data: Json) -> None:
        """The same with data that Discord would not send."""
        for session in self.sessions:
            if session.serves(data.get("guild_id")):
                await session.send(name, data)

    async def close_all(self, code: int) -> None:
        """Close every connection with this code."""
        for session in self.sessions:
            if session.socket is not None:
                await session.socket.close(code=code)

    def cut(self) -> None:
        """Break every connection without a word."""
        for session in self.sessions:
            if session.transport is not None:
                session.transport.abort()

    async def order(self, op: int, data: Any = None) -> None:
        """Send every client a RECONNECT or an INVALID_SESSION."""
        for session in self.sessions:
            await _send(session.socket, {"op": op, "d": data, "s": None, "t": None})

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One connection."""
        fault = self._switches.fault("GET gateway")
        return fault.answer.response() if fault and isinstance(fault.answer, Page) else await self._serve(request)

    async def _serve(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(autoping=True)
        await socket.prepare(request)
        self.events.append("connect")
        if self._switches.hello_closes:
            await socket.close(code=self._switches.hello_closes.pop(0))
            return socket
        await _send(
            socket, {"op": HELLO, "d": {"heartbeat_interval": self._switches.heartbeat_interval}, "s": None, "t": None}
        )
        session: Session | None = None
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                continue
            said = orjson.loads(message.data)
            self.heartbeats += said["op"] == HEARTBEAT
            if said["op"] == HEARTBEAT and self._switches.acknowledges:
                await _send(socket, {"op": ACK, "d": None, "s": None, "t": None})
            elif said["op"] in {IDENTIFY, RESUME}:
                session = await self._begin(socket, said["op"], said["d"])
                if session is not None:
                    session.transport = cast("asyncio.WriteTransport", request.transport)
        if session is not None and session.socket is socket:
            session.socket = None
            if socket.close_code in {1000, 1001}:
                self.sessions.remove(session)
        return socket

    async def _begin(self, socket: web.WebSocketResponse, op: int, data: Json) -> Session | None:
        self.events.append("identify" if op == IDENTIFY else "resume")
        if op == IDENTIFY and self._switches.identify_closes:
            await socket.close(code=self._switches.identify_closes.pop(0))
        elif op == RESUME and self._switches.resume_closes:
            await socket.close(code=self._switches.resume_closes.pop(0))
        elif data["token"] != self._world.token:
            await socket.close(code=4004)
        elif self._switches.invalid_sessions:
            self._switches.invalid_sessions -= 1
            await _send(socket, {"op": INVALID_SESSION, "d": False, "s": None, "t": None})
        elif op == RESUME:
            return await self._resume(socket, data)
        else:
            return await self._identify(socket, data)
        return None

    async def _identify(self, socket: web.WebSocketResponse, data: Json) -> Session:
        shard, shards = data.get("shard", (0, 1))
        session = Session(shard, shards, data["intents"], socket=socket)
        self.sessions.append(session)
        self.begun.append(session)
        ready = self._ready(session)
        self._contract.event("READY", ready)
        if self._switches.ready:
            await session.send("READY", ready)
            self.identified.set()
        if session.intents & GUILDS:
            for guild in self._world.guild_details:
                await session.send("GUILD_CREATE", guild)
        return session

    async def _resume(self, socket: web.WebSocketResponse, data: Json) -> Session | None:
        session = next((known for known in self.sessions if known.id == data["session_id"]), None)
        if session is None:
            await _send(socket, {"op": INVALID_SESSION, "d": False, "s": None, "t": None})
            return None
        session.socket = socket
        for event in session.sent[data["seq"] :]:
            await _send(socket, event)
        await session.send("RESUMED", {})
        return session

    def _ready(self, session: Session) -> Json:
        world = self._world
        return {
            "v": 10,
            "user": {**world.bot, "verified": True, "mfa_enabled": False, "email": None},
            "guilds": [{"id": guild, "unavailable": True} for guild in world.guilds if session.serves(guild)],
            "session_id": session.id,
            "resume_gateway_url": f"wss://{self._switches.resume_host}",
            "shard": [session.shard, session.shards],
            "application": {"id": world.bot["id"], "flags": 0, "flags_new": "0"},
        }


async def _send(socket: web.WebSocketResponse | None, event: Json) -> None:
    if socket is not None and not socket.closed:
        with suppress(ConnectionError):  # it may go while this is sent
            await socket.send_str(orjson.dumps(event).decode())
