"""What modules say that they offer is there."""

from __future__ import annotations

from tests.test_hidden import modules


def test_every_name_that_a_module_offers_is_there() -> None:
    offered = [(module, name) for module in modules() for name in getattr(module, "__all__", ())]
    assert len(offered) > 30
    assert [f"{module.__name__}.{name}" for module, name in offered if not hasattr(module, name)] == []
