"""The month of `benchmarks/month.py`, shortened: a twentieth of the users before a twentieth of the credits."""

from __future__ import annotations

import logging

import pytest
import structlog

from benchmarks.memory_ledger import MemoryLedger
from benchmarks.month import BUSY_DAYS, HEAVY, LIGHT, LOST_DAY, PATIENCE, REGULAR, START, Month, described, faults
from storage.models import Grant, Refusal


@pytest.fixture(autouse=True)
def _quiet() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))


def month(days: int, *, foreign: bool = False) -> Month:
    return Month(users=500, days=days, limit=625, foreign=foreign)


def test_nothing_is_overrun_and_light_users_are_served_first() -> None:
    simulated = month(8).run()
    assert BUSY_DAYS.keys() & set(range(8))
    assert faults(simulated) == []
    light, regular, heavy = (simulated.told[kind.name] for kind in (LIGHT, REGULAR, HEAVY))
    assert light.share(1.0) > 0.9
    assert regular.share(PATIENCE) > 0.8
    assert light.share(PATIENCE) > heavy.share(PATIENCE) + 0.1
    assert max(heavy.waited) <= PATIENCE
    used = simulated.imgur.used
    assert 0.9 * simulated.limit < max(used.values()) <= simulated.limit  # what is there is used, all the same
    assert sum(used.values()) > 0.8 * simulated.limit * 8
    assert [line for line in described(simulated) if "days that overran 0" in line]


def test_another_program_under_the_same_id_does_not_get_the_application_blocked() -> None:
    assert faults(month(8, foreign=True).run()) == []


def test_imgur_s_own_count_tells_when_nobody_keeps_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The simulation is worth something: without the ledger's word the limit is overrun."""
    kept = MemoryLedger.reserve

    async def lavish(self: MemoryLedger, *arguments: object) -> Grant | Refusal:
        outcome = await kept(self, *arguments)  # type: ignore[arg-type]
        return Grant(1, {}) if isinstance(outcome, Refusal) else outcome

    monkeypatch.setattr(MemoryLedger, "reserve", lavish)
    assert any(str(START.date())[:8] in fault for fault in faults(month(2).run()))
    assert LOST_DAY > 2
