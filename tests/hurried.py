"""A loop whose clock leaps to whatever is due next, for what is done by the hour."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from functools import partial
from typing import Any, TypeVar

T = TypeVar("T")


class _Hurried(asyncio.SelectorEventLoop):
    def __init__(self, patience: float) -> None:
        self._leapt = 0.0
        super().__init__()
        select = self._selector.select  # type: ignore[attr-defined]  # the library's own, where it waits

        def leap(timeout: float | None = None) -> Any:
            ready = select(None if timeout is None else min(timeout, patience))
            if not ready:
                self._leapt += timeout or 0.0
            return ready

        self._selector.select = leap  # type: ignore[attr-defined]

    def time(self) -> float:
        return self._leapt

    async def shutdown_default_executor(self, _timeout: float | None = None) -> None:
        """However long: threads go by another clock."""
        await super().shutdown_default_executor()


def hurried(work: Coroutine[Any, Any, T], *, patience: float = 0.0) -> T:
    """Run to the end by a clock that only leaps; `patience` in seconds is what others have before each leap."""
    with asyncio.Runner(loop_factory=partial(_Hurried, patience)) as runner:
        return runner.run(work)
