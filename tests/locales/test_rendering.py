"""Texts as their readers see them: who reads is known where they are shown, and what they need is done there."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogs.ui.layout import notice, remark, trouble
from cogs.ui.markdown import Markdown
from cogs.ui.words import bold, for_everyone, joined, label, md, small
from errors import NotLinkedError
from locales.languages import Language
from locales.pseudo import BEGIN, END, PSEUDO, english, outside, pseudo
from locales.rendering import Plain, heard_by, in_public, language, only
from locales.text import Duration, Joined, Listed, Moment, Plural, Size, Text, sentences
from services.text import units
from tests.cogs.limits import written
from tests.speaking import language_of, spoken

PLAIN = Plain()
AT = datetime(2026, 3, 4, tzinfo=UTC)
ODD = [
    ("**a**_b_||c||.png", r"\*\*a\*\*\_b\_\|\|c\|\|.png"),
    ("a`b", r"a\`b"),
    ("# big", r"\# big"),
    ("> quote", r"\> quote"),
    ("-# small", r"\-\# small"),
    ("<t:1:R>", r"\<t\:1:R>"),
    ("<@1> @everyone", "\\<@\u200b1> @\u200beveryone"),
    ("[x](https://evil.example)", "\\[x\\]\\(https:\u200b//evil.example)"),
    ("{count} {name}", "{count} {name}"),
]


# --- what somebody wrote ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("typed", "shown"), ODD)
def test_a_value_is_escaped_and_the_sentence_s_own_markup_works(typed: str, shown: str) -> None:
    assert md(Text("It is **{name}**, is it?", name=typed)) == f"It is **{shown}**, is it?"
    assert md(sentences(Text("*{name}*", name=Listed((typed,))))) == f"*{shown}*"


@pytest.mark.parametrize(("typed", "_"), ODD)
def test_nothing_is_escaped_where_nothing_is_markup(typed: str, _: str) -> None:
    assert label(Text("Into {name}", name=typed), 80) == f"Into {typed}"


def test_what_is_escaped_already_is_not_escaped_again() -> None:
    assert md(Text("In {album}.", album=Markdown("[*x*](https://imgur.com/a/x)"))) == "In [*x*](https://imgur.com/a/x)."


def test_empty_parts_leave_no_trace() -> None:
    assert joined(" · ", (Text("a"), None, Markdown(), Text("b"))) == "a · b"
    assert small(Markdown()) == bold(Markdown()) == joined("\n", ()) == trouble(None) == trouble(ValueError()) == ""
    assert remark(Text("Saved")) == "**Saved.**"
    assert trouble(NotLinkedError()) == (
        "**No Imgur account is linked.** This needs your own Imgur account. Link it with `/imgur link`."
    )


# --- what does not fit -----------------------------------------------------------------------------------------------


def test_what_users_wrote_is_cut_and_what_says_which_it_is_stays() -> None:
    text = Text("Album: {title}, {count} pictures ({id})", title="a" * 200, count=12, id="abc1234")
    shown = label(text, 100)
    assert shown.endswith("a…, 12 pictures (abc1234)")
    assert units(shown) == 100


@given(st.text(max_size=300), st.text(max_size=300), st.integers(min_value=20, max_value=120))
def test_a_label_fits_whatever_stands_in_it(one: str, two: str, limit: int) -> None:
    said = Text("{one}: {two} ({id})", one=one, two=two, id="abc1234")
    assert units(label(said, limit)) <= limit
    with only(PSEUDO):
        assert units(label(said, limit)) <= limit


# --- who reads -------------------------------------------------------------------------------------------------------


def test_a_moment_counts_down_in_a_message_and_is_told_elsewhere() -> None:
    at = datetime.now(UTC) + timedelta(minutes=5)
    assert md(Text("It ends {when}.", when=Moment(at))).startswith("It ends <t:")
    assert PLAIN.render(Text("It ends {when}.", when=Moment(at))) == "It ends in 5 minutes."
    assert md(Moment(at, "D")) == f"<t:{int(at.timestamp()) + 1}:D>"
    assert PLAIN.render(Moment(datetime(2026, 3, 4, tzinfo=UTC), "D")) == "Mar 4, 2026"


def test_each_hears_their_own_language_and_what_is_shared_is_in_the_server_s(tmp_path: Path) -> None:
    german = language_of(tmp_path, "de", {"Keep": "Behalten"})
    french = language_of(tmp_path, "fr", {"Keep": "Garder"})

    @for_everyone
    def draw(*, shared: bool) -> str:
        return md(Text("Keep"))

    with spoken(german, french):
        with heard_by("de", "fr"):
            assert (draw(shared=False), draw(shared=True), draw(shared=False)) == ("Behalten", "Garder", "Behalten")
            with in_public():
                assert md(Text("Keep")) == "Garder"
            with in_public(is_shared=False):
                assert md(Text("Keep")) == "Behalten"
        with heard_by("de"):  # no server: what is shared is for who is there
            assert draw(shared=True) == "Behalten"
        with heard_by(None, "fr"):
            assert (draw(shared=False), draw(shared=True)) == ("Keep", "Garder")
        assert md(Text("Keep")) == "Keep"


async def test_two_who_are_answered_at_once_hear_their_own(tmp_path: Path) -> None:
    async def said(tag: str) -> str:
        with heard_by(tag):
            await asyncio.sleep(0)
            begun = asyncio.create_task(later())
            await asyncio.sleep(0)
            return await begun

    async def later() -> str:
        await asyncio.sleep(0)
        return md(Text("Keep"))

    with spoken(language_of(tmp_path, "de", {"Keep": "Behalten"}), language_of(tmp_path, "fr", {"Keep": "Garder"})):
        assert await asyncio.gather(*map(said, ("de", "fr", "en-US"))) == ["Behalten", "Garder", "Keep"]


@pytest.mark.parametrize("locale", [*discord.Locale], ids=str)
def test_numbers_sizes_lists_and_days_are_shown_in_every_language_of_discord_s(locale: discord.Locale) -> None:
    """Whatever Babel knows of it."""
    with only(Language(locale.value)):
        for last in (False, True):
            for count in range(5):
                told = PLAIN.render(Listed(tuple(f"part{n}" for n in range(count)), last=last))
                assert all(f"part{n}" in told for n in range(count))
        assert PLAIN.render(Listed(("a", "", "b"))).count("a") == 1
        for value in (
            0,
            1_234_567,
            Size(0),
            Size(12_345_678),
            Duration(5),
            Duration(7200),
            Moment(AT, "D"),
            Moment(AT),
        ):
            assert PLAIN.render(value)
        assert language().locale.text_direction in {"ltr", "rtl"}


# --- the language that nobody speaks ---------------------------------------------------------------------------------


def test_the_pseudo_locale_is_longer_and_keeps_what_is_no_word() -> None:
    key = "Run /imgur link, **{name}**: <t:1:R> https://imgur.com is there."
    said = pseudo(key)
    for kept in ("/imgur link", "**{name}**", "<t:1:R>", "https://imgur.com"):
        assert kept in said
    assert english(said) == key
    assert len(pseudo("a" * 300)) >= 400
    assert pseudo("### Title").startswith("### " + BEGIN)
    assert pseudo("") == ""


@given(st.text(alphabet="abc XYZ{}", max_size=60))
def test_the_pseudo_locale_can_be_read_back(text: str) -> None:
    assert english(pseudo(text)) == text


def test_what_is_no_value_yet_stands_outside_of_the_brackets() -> None:
    with only(PSEUDO):
        assert language() is PSEUDO
        view = notice(Text("Deleted {count}", count=3), sentences(Text("It is gone."), Text("All of it.")))
        said = written(view)
        assert english(said) == "### Deleted 3\n\nIt is gone. All of it."
        assert not [letter for letter in outside(said) if letter.isalpha()]
        forgotten = written(notice(Text("Deleted"), Markdown("It is gone.")))
        assert "It is gone." in outside(forgotten)
        nested = md(Joined((Text("{a} of {b}", a=Size(2_000_000), b=Plural("{count} file", "{count} files", 2)),)))
        assert (outside(nested), nested.count(BEGIN)) == ("", nested.count(END))
    assert language() is not PSEUDO
