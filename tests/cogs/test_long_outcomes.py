"""What became of hundreds fits into Discord's messages, and says how many it does not name."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from cogs.gallery._adopt_views import offer_view
from cogs.gallery._bulk_views import pick_album_view, question_view, state_view
from cogs.gallery._watch import _key
from cogs.ui.untold import Done, earlier_view, ended_view, parted
from locales.text import Text
from services.adoption import Offer
from services.bulk import Question, Result, State
from services.bulk.words import ended, stopped
from services.jobs import Progress
from services.selection import Deed, Obstacle, Selected, Sorted
from services.words import Words
from storage.models import Job, JobState
from tests.cogs.limits import assert_sendable, written
from tests.reading import read

NOW = datetime(2026, 1, 1, tzinfo=UTC)
WHY = Words(Text("Imgur is over capacity"), Text("It says it has too much to do right now. " * 5))
TITLES = ["\N{CAT FACE}" * 128, "*_`~|" * 25, "a" * 128, "漢" * 128, ""]


def several(title: str, number: int, result: Result, length: int = 28) -> list[tuple[Selected, Result]]:
    return [(Selected("image", f"{at:0{length}}", title), result) for at in range(number)]


@pytest.mark.parametrize("title", TITLES)
@pytest.mark.parametrize("number", [1, 10, 70])
@pytest.mark.parametrize("deed", [Deed.DELETE, Deed.FAVORITE, Deed.ADD, Deed.ADOPT])
def test_every_outcome_is_counted_and_those_not_named_as_well(deed: Deed, number: int, title: str) -> None:
    possible = [result for result in Result if deed in {Deed.FAVORITE, Deed.ADD} or result is not Result.ALREADY]
    results = [one for result in possible for one in several(title, number, result)]
    for words, state in ((stopped(deed, results, WHY), JobState.STOPPED), (ended(deed, results), JobState.ENDED)):
        job = Job(1, "", 1, "", None, {}, state, NOW, NOW, 0, outcome=words.source, words=words.kept)
        view = state_view(State(job, deed, tuple(results), Progress(0, 0, 0, 0.0), title), 2**63)
        assert_sendable(view)
        said = written(view)
        title, told = read(words.title), read(words.text)
        assert told in said
        assert re.findall(r"\d+", title) == [str(number)] * len(possible)
        for line in told.splitlines()[1:] if state is JobState.STOPPED else told.splitlines():
            more = re.findall(r" and (\d+) more\.$", line)
            assert len(re.findall(r"\b000\w+", line)) + int(*more or "0") == number


def test_a_message_is_drawn_anew_with_what_it_counts() -> None:
    """An item that was sent and not answered is not counted as done, so its answer is something new."""

    def key(*results: Result) -> object:
        job = Job(1, "", 1, "", None, {}, JobState.OPEN, NOW, NOW, 0)
        items = tuple((Selected("image", str(number), ""), result) for number, result in enumerate(results))
        return _key(State(job, Deed.DELETE, items, Progress(0, len(items), 0, 0.0)))

    begun, sent, answered = (key(Result.DONE, last) for last in (Result.UNTOUCHED, Result.UNSEEN, Result.GONE))
    assert begun == sent != answered


def test_much_that_has_ended_is_told_in_several_messages() -> None:
    told = [Done(Text("Number {number}", number=number), Text("x" * (100 * number))) for number in range(40)]
    parts = list(parted(told))
    assert [one for part in parts for one in part] == told
    for part in parts:
        for view in (ended_view(part), earlier_view(part)):
            assert_sendable(view)
            assert all(f"**{read(one.title)}.** {read(one.text)}".rstrip() in written(view) for one in part)
    assert not list(parted([]))


@pytest.mark.parametrize("title", TITLES)
def test_questions_about_hundreds_fit(title: str) -> None:
    items = [item for item, _ in several(title, 500, Result.DONE, 64)]
    sorted_ = Sorted(Deed.DELETE, tuple(items), {why: tuple(items) for why in (Obstacle.ALBUM, Obstacle.FOREIGN)})
    questions = question_view(Question("v", sorted_), 1), pick_album_view(Question("v", sorted_), 1, [])
    for view in (*questions, offer_view(Offer(Question("v", sorted_), "n" * 200, 10**6), 1)):
        assert_sendable(view)
        [more] = re.findall(r"^- and (\d+) more$", written(view), re.MULTILINE)
        assert written(view).count("(<http" if title else "- <http") + int(more) == 500
