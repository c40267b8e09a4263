"""Templates."""

from __future__ import annotations

import pytest
from jinja2 import UndefinedError

from imgur.errors import RateLimitedError, Spent
from locales.languages import ENGLISH, Language
from locales.pseudo import PSEUDO, pseudo
from locales.rendering import only
from locales.text import Duration, Text
from services.messages import words
from services.words import Words
from tests.web.reading import read
from web.rendering import direction, render, said, say


@pytest.mark.parametrize("name", ["landing.html", "leaving.html", "code.html", "refusal.html"])
def test_page_that_lacks_a_value_is_a_fault_and_not_a_page_with_a_gap(name: str) -> None:
    with pytest.raises(UndefinedError):
        render(name)


def refusal(title: Text, text: Text | None = None) -> str:
    return render("refusal.html", status=418, words=Words(title, text), address="").text or ""


def test_every_value_is_escaped() -> None:
    text = refusal(Text("{a}", a="<b>title</b>"), Text("Why: {b}", b=Text("{c}", c="<script>'text'</script>")))
    assert "<h1>&lt;b&gt;title&lt;/b&gt;</h1>" in text
    assert "<title>&lt;b&gt;title&lt;/b&gt; - " in text
    assert "<p>Why: &lt;script&gt;&#39;text&#39;&lt;/script&gt;</p>" in text


def test_sentence_of_an_error_is_no_page() -> None:
    text = refusal(Text("<b>5 & 6</b>"))
    assert "<h1>&lt;b&gt;5 &amp; 6&lt;/b&gt;</h1>" in text


def test_there_is_no_paragraph_where_an_error_has_a_title_alone() -> None:
    assert "<p>" not in refusal(Text("Nothing to add"))


def test_moment_is_told_as_a_waiting_time() -> None:
    found = words(RateLimitedError(spent=Spent.APPLICATION, retry_after=299))
    assert found
    text = render("refusal.html", words=found, address="").text or ""
    assert "Try again in 5 minutes." in text


def test_tags_of_a_template_s_sentence_are_tags_and_those_of_its_values_are_none() -> None:
    name = Text("{who} & friends", who="<b>Ada</b>")
    found = say(
        "<strong>Hello</strong> {name}, {again}: {left}.", name=name, again=say("{x}", x="&"), left=Duration(61)
    )
    assert found == "<strong>Hello</strong> &lt;b&gt;Ada&lt;/b&gt; & friends, &amp;: 2 minutes."
    assert found.__html__() == found


def test_template_s_sentence_fits_into_an_attribute() -> None:
    assert say('Say "{word}"', word="\"Hi\" 'all'") == "Say &#34;&#34;Hi&#34; &#39;all&#39;&#34;"


def test_template_and_words_from_elsewhere_are_said_in_the_language_of_who_reads() -> None:
    with only(PSEUDO):
        assert say("Hello {name}", name="Ada") == pseudo("Hello {name}").format(name="Ada")
        assert said(Text("Hello")) == pseudo("Hello")
        page = read(refusal(Text("Hello")))
    assert (page.lang, page.dir) == ("en-XA", "ltr")
    assert pseudo("Hello") in page.said
    page = read(refusal(Text("Hello")))
    assert (page.lang, page.dir) == ("en-US", "ltr")
    assert "Hello" in page.said


@pytest.mark.parametrize(
    ("language", "way"), [(ENGLISH, "ltr"), (Language("de"), "ltr"), (Language("ar"), "rtl"), (Language("he"), "rtl")]
)
def test_page_is_written_the_way_its_language_is(language: Language, way: str) -> None:
    with only(language):
        assert direction() == read(refusal(Text("Hello"))).dir == way
