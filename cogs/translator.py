"""Command texts in every language, for Discord, which shows each user those of theirs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import discord
import structlog
from discord import app_commands
from discord.app_commands import TranslationContextLocation as Location

from locales.languages import ENGLISH, nearest
from services.text import units

log = structlog.get_logger(__name__)

LIMIT = 100  # Discord's, of descriptions and of the names of choices
NAME_LIMIT = 32  # of the name of a menu, which takes capitals and blanks
WHOLE = 8000  # of all names, descriptions and values of one command
_LOCALIZED = ("name_localizations", "description_localizations")
NAMES = {Location.command_name, Location.group_name, Location.parameter_name}


def fitted(payload: Mapping[str, Any]) -> dict[str, Any]:
    """A command as Discord takes it in every language: no two of one name side by side, and no more than it may hold.

    Where that is not so in a language, the later of two keeps its English name, or all of the command is in English.
    """
    command = _parted(payload)
    tags = {tag for part in _parts(command) for key in _LOCALIZED for tag in part.get(key) or ()}
    for tag in sorted(tags):
        if sum(_units(part, tag) for part in _parts(command)) > WHOLE:
            log.warning("a command is too long in a language and stays English", language=tag, command=command["name"])
            for part in _parts(command):
                for key in _LOCALIZED:
                    (part.get(key) or {}).pop(tag, None)
    return command


def _parted(part: Mapping[str, Any]) -> dict[str, Any]:
    copy: dict[str, Any] = {key: dict(value) if key in _LOCALIZED and value else value for key, value in part.items()}
    for key in ("options", "choices"):
        if key in copy:
            copy[key] = [_parted(one) for one in copy[key]]
    _unclashed(copy.get("options", []))
    return copy


def _unclashed(siblings: Sequence[dict[str, Any]]) -> None:
    tags = {tag for part in siblings for tag in part.get("name_localizations") or ()}
    for tag in tags:
        taken = {part["name"] for part in siblings if tag not in (part.get("name_localizations") or ())}
        for part in siblings:
            name = (part.get("name_localizations") or {}).get(tag)
            if name is not None and name in taken:
                log.warning("two names are one in a language: the English one stays", language=tag, name=part["name"])
                del part["name_localizations"][tag]
                name = part["name"]
            taken.add(name or part["name"])


def _parts(part: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield part
    for one in (*part.get("options", ()), *part.get("choices", ())):
        yield from _parts(one)


def _units(part: Mapping[str, Any], tag: str) -> int:
    """What Discord counts of it."""
    texts = (
        (part.get(f"{key}_localizations") or {}).get(tag) or part.get(key) or "" for key in ("name", "description")
    )
    value = part.get("value")
    return sum(map(units, texts)) + (units(value) if isinstance(value, str) else 0)


class Translator(app_commands.Translator):
    """Looks command texts up in the catalogues. What Discord would not take stays English: it would refuse them all."""

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,
    ) -> str | None:
        """The text in that language; None: as in English."""
        language = nearest(locale.value)
        if language is ENGLISH:
            return None
        limit = LIMIT
        if isinstance(context.data, app_commands.ContextMenu):
            limit, found = NAME_LIMIT, language.catalogue.gettext(string.message)
        elif context.location in NAMES:
            found = language.name(string.message)
        else:
            found = language.catalogue.gettext(string.message)
        if units(found) > limit:
            log.warning("a command's text is too long and stays English", language=locale.value, text=string.message)
            return None
        return None if found == string.message else found
