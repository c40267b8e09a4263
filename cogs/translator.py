"""Command texts in every language, for Discord, which shows each user those of theirs."""

from __future__ import annotations

import discord
import structlog
from discord import app_commands
from discord.app_commands import TranslationContextLocation as Location

from locales.languages import ENGLISH, languages
from services.text import units

log = structlog.get_logger(__name__)

LIMIT = 100  # Discord's, of descriptions and of the names of choices
NAMES = {Location.command_name, Location.group_name, Location.parameter_name}


class Translator(app_commands.Translator):
    """Looks command texts up in the catalogues. What Discord would not take stays English: it would refuse them all."""

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,
    ) -> str | None:
        """The text in that language; None: as in English."""
        language = languages().get(locale.value, ENGLISH)
        if language is ENGLISH:
            return None
        if context.location in NAMES:
            found = language.name(string.message)
        else:
            found = language.catalogue.gettext(string.message)
        if units(found) > LIMIT:
            log.warning("a command's text is too long and stays English", language=locale.value, text=string.message)
            return None
        return None if found == string.message else found
