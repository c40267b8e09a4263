"""`python -m benchmarks.month`: a month of 10,000 users before one application's quota. The real governor, twice.

Two processes share one ledger. Imgur counts for itself, from another hour of the day on, answers as it was seen to (its
headers give the whole length of a window each time), is gone for a day, and refuses now and then for what others do at
this address. Ends with an error if Imgur ever had to refuse for want of the application's credits, or if anybody was
starved. With `--foreign` another program spends under the same client id every afternoon, which nobody can foresee:
then the fifth overrun of the month, which would block the application, must not happen.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import math
import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import Any, TypeAlias

import structlog

from benchmarks.memory_ledger import MemoryLedger
from benchmarks.simulated import SimulatedLoop
from imgur.chain import Call, Reply
from imgur.errors import NotSentError, RateLimitedError, Spent, UnreachableError
from imgur.models import RateLimits
from services.quota.caller import Caller, Priority, calling
from services.quota.governor import Governor

START = datetime(2026, 11, 1, tzinfo=UTC)
DAY, HOUR = 86_400.0, 3600.0
PATIENCE = 720.0
"""Seconds that a command waits (`cogs/ui/reply.py`)."""
TURNS_AT = 8 * HOUR
"""When Imgur's day begins."""
WORKERS = 4
"""Jobs that a process does at once."""
LOST_DAY = 12
MONTH = 30
FOREIGN_CALLS, FOREIGN_PART = 300, 0.7
"""What another program spends under the same client id in an afternoon, of the whole."""
LEAST = 0.05
"""Of a day's credits, what is the background's own."""
BLOCKED = 5
"""Overruns in a month, after which Imgur blocks the application."""
BUSY_DAYS = {7: 2.0, 14: 2.0, 21: 3.0}
"""Times as many people as usual."""
ANONYMOUS = 15
"""Of a hundred users; they share the address's credits."""
BY_USER = 500
OTHERS = 0.0005
"""How often a call without an account is refused for what others do at this address."""
BY_HOUR = (2, 1, 1, 1, 1, 1, 2, 3, 4, 5, 5, 5, 6, 6, 6, 7, 7, 8, 9, 10, 10, 8, 6, 4)
REPORT = Path(".artifacts/month.svg")

READ, CHANGE, UPLOAD = ("GET", 1), ("POST", 1), ("POST", 10)
COMMANDS = {  # what they cost (docs/performance.md), and how often they are typed
    "images": (8, (READ,)),
    "favorites": (5, (READ, READ)),
    "show": (8, (READ,)),
    "favorite": (5, (READ, READ, CHANGE)),
    "account": (1, (READ, READ)),
    "edit": (1, (READ, CHANGE)),
    "upload": (6, (UPLOAD,)),
}


Begin: TypeAlias = Callable[[], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True)
class Kind:
    """People of one kind: their share, how often they come in a day, how many commands they type then."""

    name: str
    share: float
    sessions: float
    commands: int


LIGHT, REGULAR, HEAVY = Kind("light", 0.945, 0.04, 2), Kind("regular", 0.05, 0.5, 3), Kind("heavy", 0.005, 4.0, 8)
KINDS = (LIGHT, REGULAR, HEAVY)


class Imgur:
    """Counts as Imgur does, for itself; `lost` days and what others do are part of it."""

    def __init__(self, loop: SimulatedLoop, dice: random.Random, limit: int) -> None:
        self.limit = limit
        self.overruns: Counter[date] = Counter()
        self.used: Counter[int] = Counter()
        self.refused = 0
        self._loop = loop
        self._dice = dice
        self._spent: Counter[tuple[str, int]] = Counter()
        self._began: dict[str, float] = {}

    async def send(self, call: Call) -> Reply:
        """Answer a call. Raises as the client does."""
        await asyncio.sleep(self._dice.uniform(0.05, 0.4))
        if self.is_lost:
            await self._lost()
        if call.account_id is None and self._dice.random() < OTHERS:
            self.refused += 1
            raise RateLimitedError(status=429, retry_after=self._dice.choice([30.0, 60.0, 300.0]))
        self._charge(call)
        await asyncio.sleep(self._dice.uniform(0.05, 2.0))
        return Reply(None, self._limits(call))

    def spend(self, cost: int) -> None:
        """What another program does under the same client id."""
        self._spent[self._application()] += min(cost, self.limit - self._spent[self._application()])

    @property
    def is_lost(self) -> bool:
        """Whether it is gone."""
        return int(self._loop.time() // DAY) == LOST_DAY

    @property
    def today(self) -> int:
        """The day by its own count; it was the middle of day 0 when the month began."""
        return int((self._loop.time() + DAY - TURNS_AT) // DAY)

    async def _lost(self) -> None:
        if self._dice.choice([True, False]):
            raise NotSentError("ConnectionTimeoutError")
        await asyncio.sleep(20)
        raise UnreachableError("TimeoutError")

    def _application(self) -> tuple[str, int]:
        return "application", self.today

    def _user(self, call: Call) -> tuple[str, int]:
        name = f"user {call.account_id}"
        began = self._began.get(name)
        if began is None or self._loop.time() - began >= HOUR:
            self._began[name] = began = self._loop.time()
        return name, int(began)

    def _charge(self, call: Call) -> None:
        application, user = self._application(), self._user(call)
        if self._spent[application] + call.cost > self.limit:
            self.overruns[self._loop.now().date()] += 1
            raise RateLimitedError(status=429, spent=Spent.APPLICATION, limits=self._limits(call))
        if self._spent[user] + call.cost > BY_USER:
            self.refused += 1
            raise RateLimitedError(status=429, spent=Spent.USER, retry_after=HOUR, limits=self._limits(call))
        self._spent[application] += call.cost
        self._spent[user] += call.cost
        self.used[self.today] += call.cost

    def _limits(self, call: Call) -> RateLimits:
        now = self._loop.now()
        return RateLimits(
            BY_USER,
            BY_USER - self._spent[self._user(call)],
            now + timedelta(seconds=HOUR),
            self.limit,
            self.limit - self._spent[self._application()],
            now + timedelta(seconds=DAY),
        )


@dataclass(slots=True)
class Told:
    """How commands of one kind fared: seconds that those waited which were served, and those told to come later."""

    waited: list[float] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)

    @property
    def asked(self) -> int:
        """All of them."""
        return len(self.waited) + len(self.refused)

    def share(self, most: float) -> float:
        """Of all, those that were served within so many seconds of waiting."""
        return sum(seconds <= most for seconds in self.waited) / max(self.asked, 1)

    def percentile(self, part: float) -> float:
        """Seconds within which this part of those that were served was."""
        return sorted(self.waited)[min(int(part * len(self.waited)), len(self.waited) - 1)] if self.waited else 0.0


@dataclass(slots=True)
class Job:
    """Calls in the background, of one user."""

    account: int
    calls: list[tuple[str, int]]
    asked_at: float


@dataclass
class Month:
    """All of it, for so many users and days."""

    users: int = 10_000
    days: int = 30
    seed: int = 1
    limit: int = 12_500
    foreign: bool = False
    told: defaultdict[str, Told] = field(default_factory=lambda: defaultdict(Told))
    jobs: list[float] = field(default_factory=list)
    credits: defaultdict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    asked: defaultdict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    served: defaultdict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))

    def run(self) -> Month:
        """Simulate it."""
        self.dice = random.Random(self.seed)
        self.loop = SimulatedLoop(START)
        self.imgur = Imgur(self.loop, self.dice, self.limit)
        ledger = MemoryLedger()
        self.governors = [Governor(ledger, self.loop.now) for _ in range(2)]
        self.loop.run(self._month())
        return self

    async def _month(self) -> None:
        self._waiting: asyncio.Queue[Job] = asyncio.Queue()
        workers = [asyncio.create_task(self._work(each)) for each in self.governors for _ in range(WORKERS)]
        sessions: set[asyncio.Task[None]] = set()
        for moment, begin in self._events():
            await asyncio.sleep(max(moment - self.loop.time(), 0.0))
            task = asyncio.create_task(begin())
            sessions.add(task)
            task.add_done_callback(sessions.discard)
        await asyncio.sleep(max(self.days * DAY - self.loop.time(), 0.0))
        for task in (*sessions, *workers):
            task.cancel()
        await asyncio.gather(*sessions, *workers, return_exceptions=True)
        for governor in self.governors:
            await governor.close()
        await asyncio.sleep(0)

    def _events(self) -> Iterator[tuple[float, Begin]]:
        """What begins when, in its order."""
        for day in range(self.days):
            found = [(day * DAY + moment, begin) for moment, begin in self._day(day)]
            yield from sorted(found, key=itemgetter(0))

    def _day(self, day: int) -> Iterator[tuple[float, Begin]]:
        """What begins on a day, by the seconds since it began."""
        first = 0
        for kind in KINDS:
            many = max(round(self.users * kind.share), 1)
            for _ in range(round(many * kind.sessions * BUSY_DAYS.get(day, 1.0))):
                yield self._moment(), partial(self._session, first + self.dice.randrange(many), kind)
            first += many
        for _ in range(round(self.users / MONTH)):
            yield self._moment(), partial(self._first_sync, self.dice.randrange(self.users))
        for _ in range(max(self.users // 2500, 1)):
            yield self._moment(), partial(self._delete_many, first - 1 - self.dice.randrange(max(self.users // 200, 1)))
        for part in range(FOREIGN_CALLS if self.foreign else 0):
            yield 15 * HOUR + part * 36, self._foreign

    def _moment(self) -> float:
        (hour,) = self.dice.choices(range(24), BY_HOUR)
        return (hour + self.dice.random()) * HOUR

    async def _session(self, user: int, kind: Kind) -> None:
        names, weights = list(COMMANDS), [weight for weight, _ in COMMANDS.values()]
        account = None if user % 100 < ANONYMOUS else user + 1
        refused: float | None = None
        for _ in range(1 + self.dice.randrange(2 * kind.commands)):
            (name,) = self.dice.choices(names, weights)
            told = self.told[kind.name]
            if refused is None:
                refused = await self._command(user, account, kind, COMMANDS[name][1])
            self.asked[kind.name][int(self.loop.time() // DAY)] += 1
            if refused is not None:
                told.refused.append(refused)  # what else they would have typed counts as well
                continue
            await asyncio.sleep(self.dice.uniform(2, 60))

    async def _command(
        self, user: int, account: int | None, kind: Kind, calls: Sequence[tuple[str, int]]
    ) -> float | None:
        """None if it was served. Who is refused is told the time in seconds, and comes back another day."""
        told, began, sent = self.told[kind.name], self.loop.time(), [0.0]
        with calling(Caller(user + 1, patience=PATIENCE, until=began + PATIENCE)):
            for method, cost in calls:
                call = Call(method, cost, account, is_upload=cost > 1)
                asked = self.loop.time()

                async def send(call: Call, asked: float = asked) -> Reply:
                    sent[0] += self.loop.time() - asked
                    return await self.imgur.send(call)

                try:
                    await self.governors[user % 2](call, send)
                except RateLimitedError as error:
                    return error.retry_after or 0.0
                except UnreachableError:
                    return None
                self.credits[kind.name][self.imgur.today] += cost
        told.waited.append(sent[0])
        self.served[kind.name][int(began // DAY)] += 1
        return None

    async def _first_sync(self, user: int) -> None:
        pages = max(1, min(round(self.dice.lognormvariate(1.3, 1.1)), 560))
        self._waiting.put_nowait(Job(user + 1, [READ] * pages, self.loop.time()))

    async def _delete_many(self, user: int) -> None:
        count = self.dice.choice([20, 50, 100, 300])
        self._waiting.put_nowait(Job(user + 1, [("DELETE", 1)] * count, self.loop.time()))

    async def _foreign(self) -> None:
        self.imgur.spend(math.ceil(self.limit * FOREIGN_PART / FOREIGN_CALLS))

    async def _work(self, governor: Governor) -> None:
        """Job after job; what has no credits makes room for the next and comes again."""
        while True:
            job = await self._waiting.get()
            with calling(Caller(job.account, Priority.BACKGROUND)):
                await asyncio.sleep(await self._advance(governor, job))

    async def _advance(self, governor: Governor, job: Job) -> float:
        """For how many seconds no job could go on."""
        while job.calls:
            method, cost = job.calls[-1]
            try:
                await governor(Call(method, cost, job.account), self.imgur.send)
            except (RateLimitedError, UnreachableError) as error:
                wait = min(max(getattr(error, "retry_after", None) or 60.0, 1.0), 300.0)
                is_own = isinstance(error, RateLimitedError) and error.spent is Spent.USER
                self.loop.call_later(wait, self._waiting.put_nowait, job)
                return 0.0 if is_own else wait
            job.calls.pop()
            self.credits["background"][self.imgur.today] += cost
        self.jobs.append(self.loop.time() - job.asked_at)
        return 0.0


# --- what came of it ---------------------------------------------------------------------------------------------


def faults(month: Month) -> list[str]:
    """What was promised and did not hold."""
    overruns = month.imgur.overruns
    found = [f"Imgur had to refuse for want of credits on {day}" for day in overruns]
    if month.foreign:
        return found if len(overruns) >= BLOCKED else []
    light, heavy = month.told[LIGHT.name], month.told[HEAVY.name]
    if light.share(PATIENCE) < heavy.share(PATIENCE):
        found.append("heavy users are served more often than light ones")
    served = month.credits["background"]
    idle = [day for day in range(1, month.days) if day != LOST_DAY + 1 and served[day] < month.limit * LEAST]
    if idle:
        found.append(f"work in the background was starved on the days {idle}")
    return found


def described(month: Month) -> Iterator[str]:
    """The figures, a line each."""
    used = month.imgur.used.values()
    yield f"{month.days} days, {month.users:,} users, seed {month.seed}: {sum(used):,} credits"
    yield f"  of {month.limit:,} a day: at most {max(used):,}, days that overran {len(month.imgur.overruns)}"
    yield f"  {'':10} {'asked':>8} {'at once':>8} {'waited':>7} {'refused':>8}   waits: p50    p90    p99    max"
    for kind in KINDS:
        told = month.told[kind.name]
        at_once, served = told.share(1.0), told.share(PATIENCE)
        waits = "".join(f"{told.percentile(part):5.0f} s" for part in (0.5, 0.9, 0.99, 1.0))
        shares = f"{at_once:8.1%} {served - at_once:7.1%} {1 - served:8.1%}"
        yield f"  {kind.name:10} {told.asked:8,} {shares}  {waits}"
    jobs = sorted(month.jobs) or [0.0]
    parts = "  ".join(f"p{part} {jobs[(len(jobs) - 1) * part // 100] / HOUR:,.1f} h" for part in (50, 90, 99))
    yield f"  jobs       {len(jobs):8,} done, from asking to end: {parts}"
    light, heavy = month.told[LIGHT.name], month.told[HEAVY.name]
    shares = f"{light.share(PATIENCE):.2%} of what light users asked, {heavy.share(PATIENCE):.2%} of heavy ones"
    yield f"  fairness: served {shares}"


def plotted(month: Month, path: Path) -> None:
    """Credits by day, and how soon commands were served, as a picture."""
    import matplotlib as mpl  # noqa: PLC0415 - takes a second to load

    mpl.use("svg")
    from matplotlib import pyplot as plt  # noqa: PLC0415 - likewise

    plt.rcParams |= {"svg.hashsalt": "month", "svg.fonttype": "none", "font.size": 9}
    figure, (above, below) = plt.subplots(2, 1, figsize=(8, 6), layout="constrained")
    days, bottom = range(1, month.days + 1), [0] * month.days
    for name in (*(kind.name for kind in KINDS), "background"):
        values = [month.credits[name][day] for day in days]
        above.bar(days, values, bottom=bottom, label=name, width=0.8)
        bottom = [low + value for low, value in zip(bottom, values, strict=True)]
    above.axhline(month.limit, color="black", linewidth=0.8, linestyle="--")
    above.set(ylabel="credits", title="Credits a day, as Imgur counts its days; the dashed line is its limit")
    above.legend(ncols=4, loc="lower center", fontsize=8)
    for kind in KINDS:
        asked, served = month.asked[kind.name], month.served[kind.name]
        shares = [100 * served[day] / max(asked[day], 1) for day in range(month.days)]
        below.plot(days, shares, label=kind.name, marker=".")
    below.set(xlabel="day", ylabel="% of commands", ylim=(0, 105), title="Commands that were served")
    below.legend(ncols=3, loc="lower left", fontsize=8)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def main(arguments: Sequence[str] | None = None) -> bool:
    """Whether all that is promised holds."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.month", description=(__doc__ or "").partition("\n")[0])
    for name, default in (("users", 10_000), ("days", 30), ("seed", 1)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--foreign", action="store_true", help="another program spends under the same client id")
    parser.add_argument("--plot", type=Path, default=REPORT)
    given = parser.parse_args(arguments)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    began = time.monotonic()
    month = Month(given.users, given.days, given.seed, foreign=given.foreign).run()
    plotted(month, given.plot)
    print(*described(month), f"  simulated in {time.monotonic() - began:.0f} s; {given.plot}", *faults(month), sep="\n")
    return not faults(month)


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
