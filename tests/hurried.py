"""A loop whose clock leaps to whatever is due next, for what is done by the hour."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class _Hurried(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        super().__init__()
        self._leapt = 0.0
        select = self._selector.select  # type: ignore[attr-defined]  # the library's own, where it waits

        def leap(timeout: float | None = None) -> Any:
            ready = select(0 if timeout is not None else None)
            if not ready:
                self._leapt += timeout or 0.0
            return ready

        self._selector.select = leap  # type: ignore[attr-defined]

    def time(self) -> float:
        return super().time() + getattr(self, "_leapt", 0.0)


def hurried(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end without waiting for any clock; what is outside of the process is not waited for either."""
    with asyncio.Runner(loop_factory=_Hurried) as runner:
        return runner.run(work)
