"""The offer to bring anonymous uploads into the account that was linked since."""

from __future__ import annotations

from cogs.ui.actions import ActionButton
from locales.text import Plural, Text


def adopt_button(owner: int) -> ActionButton:
    """Asks first. Its cog is that of what is done to several at once."""
    return ActionButton("adopt", owner, label=Text("Bring them into your account"))


def beside(count: int) -> Plural | None:
    """What is said of them; nothing where there are none."""
    if not count:
        return None
    return Plural(
        "You have {count} anonymous upload, which is not in it.",
        "You have {count} anonymous uploads, which are not in it.",
        count,
    )
