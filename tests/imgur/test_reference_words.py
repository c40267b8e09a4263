"""The words of Imgur's own addresses, which are no ids: stated here, as a test over the code's list would follow it."""

from __future__ import annotations

from imgur.reference import PAGES, SECTIONS, Reference, parse
from tests.imgur.test_reference import POST

OWN_PAGES = """
    about account advertise apidocs apps arcade beta blog careers ccpa community contact cookies delete emerald help
    inbox jobs login logout memegen messages notifications oauth2 press privacy random register rules search settings
    signin signout signup statistics stats store tags terms topics trending upload vidgif
"""
OF_PATHS = """
    album albums avatar comment comments cover custom embed favorites folder folders fullscreen gallery horizontal image
    images index layout newest noscript oldest posts rising score submitted vertical viral
"""


def test_every_word_is_tried() -> None:
    assert set(OWN_PAGES.split()) == PAGES
    assert set(f"{OWN_PAGES} {OF_PATHS}".split()) == SECTIONS


def test_nothing_on_imgur_s_own_pages_is_an_item() -> None:
    assert [word for word in OWN_PAGES.split() if parse(f"https://imgur.com/{word}/Ab3dE7g")] == []


def test_no_word_of_a_path_is_an_id() -> None:
    item = Reference(POST, "Ab3dE7g")
    words = f"{OWN_PAGES} {OF_PATHS}".split()
    assert [word for word in words if parse(f"https://imgur.com/t/cats/Ab3dE7g/{word}") != item] == []
