"""Showing things to others."""

from __future__ import annotations

import errors
from locales.text import Plural, Text
from services.words import Wording, Words

TABLE: dict[type[BaseException], Wording] = {
    errors.NotPostedError: Words(
        Text("Only you can see this"),
        Text(
            "Discord did not let the bot post it for others here. Ask who runs this server to allow it, or share the "
            "link."
        ),
    ),
    errors.PostUncertainError: Words(
        Text("Others may not see this"),
        Text("Discord did not say whether it was posted for them. If it was not, share the link."),
    ),
    errors.TooManyToShareError: lambda error: Words(
        Text("That is more than a message shows"),
        Plural("Tick no more than {count} picture.", "Tick no more than {count} pictures.", error.limit),
    ),
}
