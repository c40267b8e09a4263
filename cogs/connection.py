"""The connection to Discord: it comes back by itself from everything that time can cure, with a line in the log.

discord.py resumes at a host for as long as it is dead, prints tracebacks, and takes a gateway that closes at once for
an error of its own; so its sockets are used here, and its loop around them is not.
"""

from __future__ import annotations

import asyncio
import json
import math
import random
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from itertools import count
from typing import Any, NoReturn, TypeVar

import discord
import structlog
import yarl
from discord.gateway import DiscordWebSocket, ReconnectWebSocket

from cogs.calls import LimitedError, NoAnswerError, reason

log = structlog.get_logger(__name__)

T = TypeVar("T")

FOR_THE_OPERATOR = {4004, 4010, 4011, 4012, 4013, 4014}  # close codes that the same try can only meet again
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
ATTEMPT_TIMEOUT = 60.0  # seconds for a call; discord.py tries five times within it where Discord answers with 5xx
CONNECT_TIMEOUT = 30.0  # seconds from opening a socket to HELLO
READY_TIMEOUT = 60.0  # seconds from HELLO to READY or RESUMED
STABLE = 60.0  # seconds after which a connection that ends is replaced at once
SILENCE = 100.0  # seconds without an acknowledged heartbeat (two are sent) after which a connection is given up
SILENCE_IS_DEATH = 120.0  # seconds, after which /readyz says so
CLOSE_TIMEOUT = 2.0
LEAST_HEARTBEAT = 0.02  # seconds between two; with none between them, discord.py does nothing else
LONGEST_HEARTBEAT = 86_400.0  # seconds between two; no thread can wait for just any time
START_EVERY = 5.25  # seconds between two sessions that are begun; Discord wants five between hearing of them
LIMITS_FRESH = 10.0  # seconds that Discord's answer about its limits is believed
LIMITS = ("remaining", "reset_after", "max_concurrency")


def pause(failures: int) -> float:
    """Seconds to wait after so many failures in a row: twice as long each time, bounded, at random."""
    return min(FIRST_PAUSE * 2.0 ** min(failures, 10), LONGEST_PAUSE) * random.uniform(0.5, 1.0)  # noqa: S311 - no secret


async def patiently(what: str, attempt: Callable[[], Awaitable[T]], *, timeout: float | None = ATTEMPT_TIMEOUT) -> T:  # noqa: ASYNC109 - of each attempt
    """The result of the first attempt that succeeds. Raises only LoginFailure: that takes the operator."""
    for failures in count():
        try:
            async with asyncio.timeout(timeout):
                return await attempt()
        except Exception as error:  # noqa: BLE001 - whatever it is, the next try may pass
            _raise_refused_token(error)
            seconds = max(pause(failures), error.seconds if isinstance(error, LimitedError) else 0.0)
            log.warning("%s failed; trying again", what, reason=reason(error), seconds=round(seconds, 1))
        await asyncio.sleep(seconds)
    raise AssertionError("unreachable")


def _raise_refused_token(error: BaseException) -> None:
    """A token that was good once may be reset at any time; 401 says so, whatever was asked."""
    refused = error.__cause__ if isinstance(error, discord.GatewayNotFound) else error
    if isinstance(error, discord.LoginFailure):
        raise error
    if isinstance(refused, discord.HTTPException) and refused.status == 401:  # noqa: PLR2004 - HTTP's
        raise discord.LoginFailure("the token was refused") from error


class Gateway(DiscordWebSocket):
    """discord.py's socket; a cancelled one is closed, and nothing waits long for the other end to agree."""

    async def poll_event(self) -> None:
        """Handle one event."""
        try:
            await super().poll_event()
        except asyncio.CancelledError:
            await self.shut(code=1000)
            raise
        except Exception:
            await self.shut(code=4000)  # before HELLO, nobody else has it
            raise

    async def send_as_json(self, data: Any) -> None:
        """Send one message. The first heartbeat goes out before its thread begins, which must not wait for ages."""
        if self._keep_alive is not None and (self._keep_alive.interval or 0.0) > LONGEST_HEARTBEAT:
            raise OverflowError("the gateway wants heartbeats once in an age")
        await super().send_as_json(data)

    async def received_message(self, msg: Any, /) -> None:
        """Take one message. An event that is not as documented costs itself alone, not the connection."""
        beating = self._keep_alive
        try:
            await super().received_message(msg)
        except (LookupError, TypeError, ValueError, AttributeError) as misfit:
            if self.session_id is None or isinstance(misfit, json.JSONDecodeError):
                raise
            log.warning("an event could not be read", shard=self.shard_id, reason=reason(misfit))
        if beating is not None and beating is not self._keep_alive:
            beating.stop()  # a second HELLO has begun another
        if self._keep_alive is not None and (self._keep_alive.interval or 0.0) < LEAST_HEARTBEAT:
            await self.shut(code=4000)
            raise ValueError("the gateway wants heartbeats without a pause")

    async def shut(self, *, code: int) -> None:
        """Close it, and end the thread of its heartbeat. After code 1000 the session cannot be resumed."""
        with suppress(Exception):
            async with asyncio.timeout(CLOSE_TIMEOUT):
                await self.close(code=code)


class Starts:
    """Discord's rules for beginning sessions: `max_concurrency` shards every five seconds, and so many starts a day."""

    def __init__(self, client: discord.Client, clock: Callable[[], float]) -> None:
        self._client = client
        self._clock = clock
        self._turns: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._next: dict[int, float] = {}
        self.shards = 1

    async def ask(self) -> None:
        """Ask Discord for its gateway and limits. Raises NoAnswerError where what it says begins nothing."""
        answer: tuple[Any, Any, Any] = await self._client.http.get_bot_gateway()
        shards, gateway, limits = answer
        numbers = [limits.get(name) for name in LIMITS] if isinstance(limits, dict) else [None]
        if not all(type(number) is int for number in (shards, *numbers)) or shards < 1 or not isinstance(gateway, str):
            raise NoAnswerError("Discord's answer about its gateway is not as documented")
        self.shards, self._gateway, self._limits = shards, gateway, limits
        self._asked = self._clock()

    @asynccontextmanager
    async def turn(self, shard_id: int) -> AsyncIterator[yarl.URL]:
        """Wait until this shard may begin a session, at the gateway that this gives."""
        bucket = shard_id % max(self._limits["max_concurrency"], 1)
        async with self._turns[bucket]:
            await asyncio.sleep(max(0.0, self._next.get(bucket, 0.0) - self._clock()))
            await self._allowed()
            self._limits["remaining"] -= 1
            try:
                yield yarl.URL(self._gateway)
            except BaseException:
                self._limits["remaining"] += 1  # the gateway could not be reached: nothing was begun
                raise
            self._next[bucket] = self._clock() + START_EVERY

    async def _allowed(self) -> None:
        """Wait while the starts of the day are used up: one more and Discord would reset the token."""
        if self._clock() - self._asked > LIMITS_FRESH:
            await self._ask_again()
        while self._limits["remaining"] <= 0:
            seconds = max(self._limits["reset_after"] / 1000, FIRST_PAUSE)
            log.warning("Discord allows no further start for now; waiting", seconds=round(seconds))
            await asyncio.sleep(seconds)
            await patiently("asking Discord for its gateway", self.ask)

    async def _ask_again(self) -> None:
        """Where Discord does not answer, what it said last still stands."""
        try:
            async with asyncio.timeout(LIMITS_FRESH):
                await self.ask()
        except Exception as error:  # noqa: BLE001 - the socket may well open all the same
            _raise_refused_token(error)
            log.debug("Discord's limits are not known anew", reason=reason(error))


class Shard:
    """Keeps one shard connected."""

    def __init__(self, client: discord.Client, shard_id: int, starts: Starts, clock: Callable[[], float]) -> None:
        self.id = shard_id
        self._client = client
        self._starts = starts
        self._clock = clock
        self._ws: Gateway | None = None
        self._lost: Gateway | None = None  # a session that may be resumed
        self._up_since: float | None = None
        self._acknowledged: float | None = None

    @property
    def silent_for(self) -> float | None:
        """Seconds since Discord last acknowledged a heartbeat; None before the first READY."""
        return None if self._acknowledged is None else self._clock() - self._acknowledged

    @property
    def latency(self) -> float:
        """Seconds between the last heartbeat and its acknowledgement; infinite while there is none."""
        return self._ws.latency if self._ws else math.inf

    def is_up(self) -> None:
        """READY or RESUMED has come."""
        self._up_since = self._clock()
        if self._acknowledged is None:
            self._acknowledged = self._up_since

    async def keep(self) -> None:
        """Connect, and again whatever ends it. Raises LoginFailure and ConnectionClosed: these take the operator."""
        failures = 0
        while not self._client.is_closed():
            try:
                await self._serve()
            except Exception as error:
                _raise_refused_token(error)
                if isinstance(error, discord.ConnectionClosed) and error.code in FOR_THE_OPERATOR:
                    raise
                stable = self._up_since is not None and self._clock() - self._up_since > STABLE
                failures = 0 if stable else failures + 1
                seconds = 0.0 if stable else pause(failures - 1)
                if not self._client.is_closed():
                    log.warning(
                        "connection to Discord lost; connecting again",
                        shard=self.id,
                        reason=self._why(error),
                        seconds=round(seconds, 1),
                    )
                self._ws = self._up_since = None
                await asyncio.sleep(seconds)

    async def _serve(self) -> NoReturn:
        """One connection, from its beginning to its end, which is an exception."""
        ws = self._ws = await self._connect()
        begun, latency = self._clock(), ws.latency
        heard = begun
        try:
            while True:
                await ws.poll_event()
                now = self._clock()
                if ws.latency != latency:  # measured anew with each acknowledgement
                    latency, heard = ws.latency, now
                    if self._acknowledged is not None:
                        self._acknowledged = now
                if now - heard > SILENCE:
                    raise TimeoutError("no heartbeat was acknowledged")
                if self._up_since is None and now - begun > READY_TIMEOUT:
                    raise TimeoutError("no READY")
        finally:
            if self._up_since is not None and ws.session_id is not None:
                self._lost = ws
            await ws.shut(code=4000)

    async def _connect(self) -> Gateway:
        """Resume what was lost, once: the host that it names may be dead, and then a new session is begun."""
        lost, self._lost = self._lost, None
        opening = partial(Gateway.from_client, self._client, shard_id=self.id)
        if lost is not None:
            async with asyncio.timeout(CONNECT_TIMEOUT):
                return await opening(gateway=lost.gateway, session=lost.session_id, sequence=lost.sequence, resume=True)
        async with self._starts.turn(self.id) as gateway, asyncio.timeout(CONNECT_TIMEOUT):
            return await opening(gateway=gateway)

    def _why(self, error: Exception) -> str:
        if not isinstance(error, ReconnectWebSocket):
            return reason(error)
        if not error.resume:
            return "Discord ended the session"
        return f"closed with code {self._ws.socket.close_code}" if self._ws else "closed before HELLO"


class Connection:
    """All shards of this process."""

    def __init__(self, client: discord.AutoShardedClient, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._clock = clock
        self._shards: dict[int, Shard] = {}

    def is_up(self, shard_id: int) -> None:
        """READY or RESUMED has come for this shard."""
        if shard_id in self._shards:
            self._shards[shard_id].is_up()

    @property
    def latencies(self) -> list[tuple[int, float]]:
        """Of each shard, as `Shard.latency`."""
        return [(shard.id, shard.latency) for shard in self._shards.values()]

    def obstacles(self) -> list[str]:
        """Why users are not served, in words. A connection that comes back within two minutes is no obstacle."""
        if not self._shards:
            return ["not connected to Discord yet"]
        found = []
        for shard in self._shards.values():
            if shard.silent_for is None:
                found.append(f"shard {shard.id} is not connected yet")
            elif shard.silent_for > SILENCE_IS_DEATH:
                found.append(f"shard {shard.id}: no heartbeat was acknowledged for {shard.silent_for:.0f} seconds")
        return found

    async def keep(self) -> None:
        """Keep every shard connected. Raises LoginFailure and ConnectionClosed: these take the operator."""
        starts = Starts(self._client, self._clock)
        await patiently("asking Discord for its gateway", starts.ask)
        client, state = self._client, self._client._connection  # noqa: SLF001 - what discord.py's own loop sets
        client.shard_count = state.shard_count = client.shard_count or starts.shards
        state.shard_ids = client.shard_ids or range(client.shard_count)
        self._shards = {number: Shard(client, number, starts, self._clock) for number in state.shard_ids}
        try:
            async with asyncio.TaskGroup() as group:
                for shard in self._shards.values():
                    group.create_task(shard.keep(), name=f"shard {shard.id}")
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from None
