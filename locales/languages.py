"""The languages that there are, and which of them a reader gets.

A language is a file `locales/<tag>/LC_MESSAGES/bot.po`, `<tag>` as Discord writes it (`pt-BR`). Its texts are looked
through when it is read: one whose placeholders are not those of the English is left out, so that its readers get that
one in English.
"""

from __future__ import annotations

import gettext
import io
import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from locales.text import PLACEHOLDER

if TYPE_CHECKING:  # a start with English alone reads no catalogue, and shows no number for a while
    from babel import Locale
    from babel.messages import Catalog, Message

HERE = Path(__file__).parent
DOMAIN = "bot"
NAMES = "name"
"""The context in which a catalogue has the names of commands and options."""
NAME = re.compile(r"[-_'\w\u0900-\u0963\u0e30-\u0e4e]{1,32}")
"""What Discord takes as one, in lower case where there is one. To Python, vowel signs of Hindi are no letters."""
LIMIT = re.compile(r"limit: (\d+)")
"""What a catalogue's comment says of how long a text may be, in units of UTF-16."""
DISCORDS = frozenset(
    {"id", "da", "de", "en-GB", "en-US", "es-ES", "es-419", "fr", "hr", "it", "lt", "hu", "nl", "no", "pl", "pt-BR"}
    | {"ro", "fi", "sv-SE", "vi", "tr", "cs", "el", "bg", "ru", "uk", "hi", "th", "zh-CN", "ja", "zh-TW", "ko"}
)
"""The languages of Discord's clients, as it writes them."""
COMMAND = re.compile(r"(?<!`)/imgur (?:(?:album|data) )?[a-z]+")
MOST_COUNTED, MILLION = 1001, 1_000_000
"""Numbers below are held against the language's rule: French has one more form from a million on, which few know."""
_MARKUP = re.compile(r"\*\*|`|<[@#t]|\]\(|@(?:everyone|here)")
_TAG = re.compile(r"<[^<>]*>|[<>]")


@dataclass(frozen=True, slots=True, eq=False)
class Language:
    """How to say things to its readers; `formats` is the locale whose numbers and dates it has, if not its own."""

    tag: str
    catalogue: gettext.NullTranslations = field(default_factory=gettext.NullTranslations, repr=False)
    formats: str = ""

    def name(self, name: str) -> str:
        """What a command or an option is called in it; as in English where Discord would not take that."""
        found = self.catalogue.pgettext(NAMES, name)
        return found if NAME.fullmatch(found) and found == found.lower() else name

    @property
    def locale(self) -> Locale:
        """How its numbers, sizes, dates and lists are written."""
        return _locale(self.formats or self.tag)


ENGLISH = Language("en-US")

log = logging.getLogger(__name__)


@cache
def languages() -> Mapping[str, Language]:
    """All that there are, by tag, English first."""
    return gathered(HERE)


def gathered(folder: Path) -> dict[str, Language]:
    """English and the catalogues in a folder, by tag; one that cannot be read is left out, and the log says so."""
    known = {ENGLISH.tag: ENGLISH}
    for path in catalogues(folder):
        try:
            language = read(path)
        except ValueError as error:
            log.error("a language is left out: %s: %s", path.parent.parent.name, error)  # noqa: TRY400 - a line, no traceback
        else:
            known[language.tag] = language
    return known


def catalogues(folder: Path = HERE) -> list[Path]:
    """The files that there are."""
    return sorted(folder.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))


def read(path: Path) -> Language:
    """The language of a catalogue, without what is wrong in it. Raises ValueError where nothing of it can be read."""
    tag = path.parent.parent.name
    catalogue = parsed(path)
    for message in list(catalogue):
        if message.id and any(faults(message)):
            catalogue.delete(message.id, context=message.context)
    return Language(tag, _compiled(catalogue))


def wrong(path: Path) -> Iterator[str]:
    """What is wrong in a catalogue, a line each; nothing where all of it can be shown."""
    try:
        catalogue = parsed(path)
    except ValueError as error:
        yield str(error)
        return
    if path.parent.parent.name not in DISCORDS:
        yield f"Discord calls no language so: it has {', '.join(sorted(DISCORDS))}"
    for message in catalogue:
        if message.id:
            yield from (f"line {message.lineno}: {fault}" for fault in faults(message))


def faults(message: Message) -> Iterator[str]:
    """What is wrong with one translation. Where there is none, nothing is."""
    sources = message.id if isinstance(message.id, tuple | list) else (message.id,)
    wanted = sorted(PLACEHOLDER.findall(sources[-1]))
    said = message.string if isinstance(message.string, tuple | list) else (message.string,)
    if not any(said):
        return
    if not all(form and form.strip() for form in said):
        yield f"{sources[0]!r} lacks a form"
    limits = [int(limit) for comment in message.auto_comments for limit in LIMIT.findall(comment)]
    if limits and max(len(form.encode("utf-16-le")) // 2 for form in said if form) > min(limits):
        yield f"{said[0]!r} has more than {min(limits)} characters"
    if message.context == NAMES and not all(form and NAME.fullmatch(form) and form == form.lower() for form in said):
        yield f"{said[0]!r} is no name that Discord takes"
    for form in filter(None, said):
        found = sorted(PLACEHOLDER.findall(form))
        may_lack = {"count"} if len(sources) > 1 else set()  # "one picture" need not say 1
        odd = "{" in PLACEHOLDER.sub("", form) or "}" in PLACEHOLDER.sub("", form)
        if odd or (found != wanted and sorted({*found, *may_lack}) != sorted({*wanted, *may_lack})):
            yield f"{form!r} has other placeholders than {sources[-1]!r}"
        elif len(found) != len(set(found)) and found != wanted:
            yield f"{form!r} has a placeholder twice"
        for what, pattern in (("tags", _TAG), ("commands", COMMAND), ("markup", _MARKUP)):
            if sorted(pattern.findall(form)) != sorted(pattern.findall(sources[-1])):
                yield f"{form!r} has other {what} than {sources[-1]!r}"


def nearest(tag: str | None) -> Language:
    """The language for who reads this one: the same, else of the same language and script, else English."""
    known = languages()
    if tag is None or tag in known or len(known) == 1:
        return known.get(tag or "", ENGLISH)
    wanted = _likely(tag)
    return next((language for language in known.values() if _likely(language.tag) == wanted), ENGLISH)


def parsed(path: Path) -> Catalog:
    """A catalogue as it stands in its file. Raises ValueError where it cannot be taken for one of its language."""
    from babel import Locale, UnknownLocaleError  # noqa: PLC0415 - see above
    from babel.messages.plurals import get_plural  # noqa: PLC0415
    from babel.messages.pofile import PoFileError, read_po  # noqa: PLC0415

    tag = path.parent.parent.name
    try:
        locale = Locale.parse(tag.replace("-", "_"))
        with path.open("rb") as file:
            catalogue = read_po(file, locale=locale, abort_invalid=True)
    except (PoFileError, UnknownLocaleError, LookupError, OSError, ValueError) as error:
        raise ValueError(f"it cannot be read: {error}") from error
    right = get_plural(locale)
    if _parted(catalogue.plural_expr, catalogue.num_plurals) != _parted(right.plural_expr, right.num_plurals):
        raise ValueError(f"its header has another rule for plural forms than {tag}: {right}")
    return catalogue


def _parted(rule: str, forms: int) -> set[frozenset[int]] | None:
    """Which numbers have a form in common by a rule of gettext's, whatever it counts first; None for no such rule."""
    try:
        form = gettext.c2py(rule)
        by_form = [form(number) for number in range(MOST_COUNTED)]
        all_forms = {*by_form, *(form(number * MILLION) for number in (1, 2))}
    except (ValueError, ArithmeticError):
        return None
    if all_forms != {*range(forms)}:
        return None
    return {frozenset(n for n, its in enumerate(by_form) if its == one) for one in set(by_form)}


def _compiled(catalogue: Catalog) -> gettext.GNUTranslations:
    from babel.messages.mofile import write_mo  # noqa: PLC0415 - see above

    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


@cache
def _locale(tag: str) -> Locale:
    from babel import Locale  # noqa: PLC0415 - see above

    return Locale.parse(tag.replace("-", "_"))


def _likely(tag: str) -> tuple[str, str | None]:
    """Language and script of a tag, as far as they can be guessed."""
    from babel.core import get_global, parse_locale  # noqa: PLC0415 - see above

    try:
        language, territory, script, *_ = parse_locale(tag.replace("-", "_"))
    except ValueError:
        return tag, None
    likely = get_global("likely_subtags")
    full = likely.get(f"{language}_{territory}") or likely.get(language)
    return language, script or (parse_locale(full)[2] if full else None)
