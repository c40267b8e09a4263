"""Which address is meant in what somebody pastes."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from errors import PastedIncompleteError, PastedUnclearError
from services.onetime import new_secret
from services.pasted import Pasted, read

STATE, OTHER = "Ab-_" * 10 + "xyz", "Zz-_" * 10 + "xyz"
TOKEN, CODE = "0123456789abcdef" * 2 + "01234567", "fedcba9876543210" * 2 + "fedcba98"
FRAGMENT = f"access_token={'a' * 40}&expires_in=315360000&token_type=bearer&refresh_token={TOKEN}&account_username=ada"
ADDRESS = f"https://imgur.com/?state={STATE}#{FRAGMENT}"
BY_CODE = f"https://cb.example.org/oauth/imgur?state={STATE}&code={CODE}"


def broken(text: str, at: str, by: str = "\n") -> str:
    """A line break in the middle of something."""
    place = text.index(at) + len(at) // 2
    return text[:place] + by + text[place:]


def test_states_are_of_the_length_that_is_looked_for() -> None:
    assert len(new_secret()) == len(STATE)


@pytest.mark.parametrize(
    "text",
    [
        ADDRESS,
        f"<{ADDRESS}>",
        f"```\n{ADDRESS}\n```",
        f"`{ADDRESS}`",
        f"here it is: {ADDRESS} thanks!",
        f"here it is:\n\n  {ADDRESS}\n\nthanks",
        f"[{ADDRESS}]({ADDRESS})",
        f"||{ADDRESS}||",
        f"imgur.com/?state={STATE}#{FRAGMENT}",
        f"/?state={STATE}#{FRAGMENT}",
        f"https://imgur.com/#state={STATE}&{FRAGMENT}",
        f"https://imgur.com/?state={STATE}#{FRAGMENT}&state={STATE}",
        ADDRESS.replace("#", "%23"),
        quote(ADDRESS, safe=""),
        quote(quote(ADDRESS, safe=""), safe=""),
        ADDRESS.replace("&", "&amp;"),
        broken(ADDRESS, TOKEN),
        broken(ADDRESS, STATE, "\r\n  "),
        broken(ADDRESS, "refresh_token"),
        broken(f"here it is: {ADDRESS}\nthanks", TOKEN),
        f"\u200b{ADDRESS}\ufeff",
        ADDRESS.replace("_", r"\_"),
        f"#{FRAGMENT}&state={STATE}",
    ],
)
def test_address_is_found_in_whatever_stands_around_it(text: str) -> None:
    assert read(text, "refresh_token") == Pasted(STATE, TOKEN)


@pytest.mark.parametrize("token", [TOKEN * 2, f"{TOKEN}-", f"v2.{TOKEN}", "made-up"])
def test_whatever_imgur_gives_out_is_taken_whole(token: str) -> None:
    address = ADDRESS.replace(TOKEN, token)
    for text in (address, f"<{address}>", f"here it is: {address.partition('&account')[0]}\nthanks"):
        assert read(text, "refresh_token") == Pasted(STATE, token)


@pytest.mark.parametrize(
    "text",
    [BY_CODE, f"<{BY_CODE}>", f"{BY_CODE} that is it", broken(BY_CODE, CODE), broken(f"{BY_CODE}\nthanks", STATE)],
)
def test_code_is_found_as_well(text: str) -> None:
    assert read(text, "code") == Pasted(STATE, CODE)


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("", "all"),
        ("thanks", "all"),
        ("https://imgur.com/", "all"),
        (f"#{FRAGMENT}", "state"),
        (f"https://imgur.com/?state=#{FRAGMENT}", "state"),
        (f"https://imgur.com/?state={STATE[:42]}#{FRAGMENT}", "state"),
        (f"https://imgur.com/?state={STATE[:20]}… #{FRAGMENT}", "state"),
        (f"https://imgur.com/?state={STATE}", "grant"),
        (ADDRESS[: ADDRESS.index("refresh_token")], "grant"),
        (f"https://imgur.com/?state={STATE}&code={CODE}", "grant"),
        (f"code={CODE}", "all"),
    ],
)
def test_what_is_missing_is_named(text: str, missing: str) -> None:
    with pytest.raises(PastedIncompleteError) as refused:
        read(text, "refresh_token")
    assert refused.value.missing == missing
    assert TOKEN not in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        f"https://imgur.com/?state={STATE}#{FRAGMENT}&state={OTHER}",
        f"https://imgur.com/?state={STATE}&state={OTHER}#{FRAGMENT}",
        f"https://imgur.com/?state={STATE}#state=%26state%3d{OTHER}&{FRAGMENT}",
        f"https://imgur.com/?state={STATE}#state=x&{FRAGMENT}",
        f"{ADDRESS} {ADDRESS.replace(TOKEN, CODE)}",
    ],
)
def test_two_of_a_kind_are_refused(text: str) -> None:
    with pytest.raises(PastedUnclearError) as refused:
        read(text, "refresh_token")
    assert STATE not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "state"),
    [
        (f"https://imgur.com/?state={STATE}&error=access_denied", STATE),
        (f"https://imgur.com/?state={STATE}#error=access_denied", STATE),
        (f"<https://imgur.com/#error=access_denied&state={STATE}>", STATE),
        (broken(f"https://imgur.com/?state={STATE}&error=access_denied", STATE), STATE),
        (broken(f"https://imgur.com/?error=access_denied&state={STATE}", STATE), STATE),
        ("https://imgur.com/?error=access_denied", ""),
        ("error=access_denied", ""),
    ],
)
def test_a_no_is_a_no_wherever_it_stands(text: str, state: str) -> None:
    assert read(text, "refresh_token") == Pasted(state, error="access_denied")


def test_nothing_of_it_shows_when_it_is_printed() -> None:
    shown = repr(read(ADDRESS, "refresh_token"))
    assert TOKEN not in shown
    assert STATE not in shown
