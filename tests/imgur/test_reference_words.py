"""The words of Imgur's own addresses, which are no ids: stated here, as a test over the code's list would follow it."""

from __future__ import annotations

from imgur.reference import PAGES, SECTIONS, Reference, parse
from tests.imgur.test_reference import ALBUM, EITHER, IMAGE, POST

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


KINDS = {"ALBUM": ALBUM, "IMAGE": IMAGE, "POST": POST, "EITHER": EITHER}
ID, OTHER = "Ab3dE7g", "Xy9zW8v"
PLACES = """
    first  ALBUM   a  3/album  3/gallery/album
    first  IMAGE   3/image  3/gallery/image
    first  POST    gallery  g  3/gallery  post/v1/albums  post/v1/posts
    first  EITHER  download
    last   POST    g/memes  t/cats  r/cats  topic/cats  user/ada  user/ada/favorites/folder/1  account/favorites
    last   POST    user/ada/favorites/folder/1/my-cats
"""


def test_id_stands_first_or_last_as_what_the_path_begins_with_says() -> None:
    wrong = []
    for where, kinds, *places in (row.split() for row in PLACES.strip().splitlines()):
        for place in places:
            named = parse(f"https://imgur.com/{place}/{ID}/{OTHER}")
            if named != Reference(KINDS[kinds], ID if where == "first" else OTHER):
                wrong.append((place, named))
    assert wrong == []


def test_number_and_name_of_a_folder_are_no_ids() -> None:
    for path in ("1234567", "1234567/", "1234567/kittens", "1234567/my-kittens"):
        assert parse(f"https://imgur.com/user/ada/favorites/folder/{path}") is None
