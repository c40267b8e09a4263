from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgur import Kind, Reference
from imgur.reference import PAGES, parse

LETTERS = string.ascii_letters + string.digits
IDS = st.one_of(st.text(LETTERS, min_size=5, max_size=5), st.text(LETTERS, min_size=7, max_size=7))
FORMS = {
    "{id}": None,
    "  {id}\n": None,
    "<{id}>": None,
    "https://i.imgur.com/{id}": Kind.IMAGE,
    "https://i.imgur.com/{id}.jpg": Kind.IMAGE,
    "http://i.imgur.com/{id}.jpeg?1": Kind.IMAGE,
    "//i.imgur.com/{id}.png": Kind.IMAGE,
    "i.imgur.com/{id}.gifv": Kind.IMAGE,
    "I.IMGUR.COM/{id}.mp4#t=3": Kind.IMAGE,
    "https://i.imgur.com/{id}_d.webp?maxwidth=760&fidelity=grand": Kind.IMAGE,
    **{f"https://i.imgur.com/{{id}}{suffix}.jpg": Kind.IMAGE for suffix in "sbtmlh"},
    "https://imgur.com/{id}.png": Kind.IMAGE,
    "https://imgur.com/some-title-{id}": None,
    "https://imgur.com/a/{id}": Kind.ALBUM,
    "<https://imgur.com/a/{id}#4>": Kind.ALBUM,
    "https://imgur.com/a/{id}/layout/blog": Kind.ALBUM,
    "https://www.imgur.com/a/my-holiday-2024-{id}?x=1": Kind.ALBUM,
    "https://imgur.com/gallery/{id}": None,
    "https://m.imgur.com/gallery/{id}/new": None,
    "https://imgur.com/gallery/what-a-day-{id}": None,
    "https://imgur.com/gallery/m%C3%BCde-katze-{id}?q=%20": None,
    "https://imgur.com/t/cats/{id}": None,
    "https://imgur.com/t/cats/title-{id}": None,
    "https://imgur.com/r/aww/{id}": None,
    "https://imgur.com:443/a/{id}": Kind.ALBUM,
    "https://imgur.com./a/{id}": Kind.ALBUM,
}


@pytest.mark.parametrize("form", FORMS)
@given(item_id=IDS)
def test_id_comes_back_from_every_form(form: str, item_id: str) -> None:
    assert parse(form.format(id=item_id)) == Reference(FORMS[form], item_id)


@pytest.mark.parametrize("form", ["https://imgur.com/{}", "imgur.com/{}/", "www.imgur.com/{}"])
@given(item_id=IDS.filter(lambda text: text not in PAGES))
def test_page_of_an_image_is_told_from_other_pages(form: str, item_id: str) -> None:
    assert parse(form.format(item_id)) == Reference(None, item_id)
    assert {parse(form.format(page)) for page in PAGES} == {None}


@given(st.text(), st.sampled_from(sorted(FORMS)))
def test_any_text_is_refused_or_gives_an_id_fit_for_an_address(text: str, form: str) -> None:
    for candidate in (text, form.format(id=text), f"https://imgur.com/{text}", f"https://[{text}"):
        found = parse(candidate)
        assert found is None or (found.id.isascii() and found.id.isalnum() and 5 <= len(found.id) <= 10)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "cat",
        "a cat on a mat",
        "Ab3dE7gHijk",
        "https://example.org/a/Ab3dE7g",
        "https://example.com/Ab3dE7g",
        "example.com/Ab3dE7g",
        "notimgur.com/Ab3dE7g",
        "https://notimgur.com/Ab3dE7g",
        "https://imgur.com.example.com/Ab3dE7g",
        "https://imgur.com%2eexample.com/Ab3dE7g",
        "https://imgur\u3002com/Ab3dE7g",
        "https://\uff49mgur.com/Ab3dE7g",
        "imgur.com/\U0001f408\U0001f408\U0001f408\U0001f408\U0001f408",
        "\U0001f408\U0001f408\U0001f408\U0001f408\U0001f408",
        "\uff21\uff42\uff13\uff44\uff25\uff17\uff47",
        "K\u00e4tzchen",
        "Ab3dE\u0667g",
        "Ab3d\u200bE7g",
        "https://imgur.com\\Ab3dE7g",
        "javascript://imgur.com/a/Ab3dE7g",
        "https://imgur.com.example.org/a/Ab3dE7g",
        "https://notimgur.com/a/Ab3dE7g",
        "https://i.stack.imgur.com/Ab3dE7g.png",
        "https://example.org/imgur.com/a/Ab3dE7g",
        "https://imgur.com@example.org/a/Ab3dE7g",
        "https://imgur.com",
        "https://imgur.com/",
        "https://imgur.com/a/",
        "https://imgur.com/upload",
        "https://imgur.com/account/settings",
        "https://imgur.com/user/bob_example",
        "https://imgur.com/delete/fakedeletehash1",
        "https://i.imgur.com/x/Ab3dE7g.png",
        "https://imgur.com/t/cats",
        "ftp://imgur.com/a/Ab3dE7g",
        "https://[imgur.com/a/Ab3dE7g",
        "https://imgur.com/a/Ab3dE7g and more",
        "https://imgur.com/a/Ab3dE7g?" + "x" * 2000,
    ],
)
def test_what_names_no_item_is_refused(text: str) -> None:
    assert parse(text) is None
