"""Looking for things, and how much of them is known."""

from __future__ import annotations

import errors
from locales.text import Duration, Moment, Plural, Text, in_seconds, sentences
from services.words import Wording, Words


def _nothing_found(error: errors.NothingFoundError) -> Words:
    if error.known is None:
        tried = Text("Every word has to be in the title, the description, a tag, the note or the id. Try fewer words.")
        since = None
        if error.read_at:
            day = Moment(error.read_at, "D")
            since = Text("What was changed on imgur.com after {day} may be missing for a few days.", day=day)
        return Words(Text("Nothing found"), sentences(tried, since))
    if not error.known:
        first = Text("What is yours is being read for the first time. Try again in a while.")
        if error.seconds is not None:
            first = Text(
                "What is yours is being read for the first time. Try again in about {time}.",
                time=Duration(error.seconds),
            )
        return Words(Text("Nothing is known yet"), first)
    among = Text("It is not among the {known} that are read so far.", known=error.known)
    if error.expected is not None:
        among = Text(
            "It is not among the {known} of about {expected} that are read so far.",
            known=error.known,
            expected=error.expected,
        )
    rest = Text("The rest is still being read.")
    if error.seconds is not None:
        rest = Text("The rest will be there in about {time}.", time=Duration(error.seconds))
    return Words(Text("Nothing found so far"), sentences(among, rest))


def _behind(error: errors.BehindError) -> Words:
    when = in_seconds(error.seconds) if error.seconds else Text("now, in the background")
    if error.is_doubt:
        return Words(
            Text("Some of this may be gone from Imgur"),
            Text(
                "Not all of it was there when it was last read. It is read again {when}; what is gone then goes here "
                "too.",
                when=when,
            ),
        )
    return Words(
        Text("This is not quite as on Imgur"),
        Text("More has changed there than can be read while you wait. All of it is read again {when}.", when=when),
    )


def _nothing_without_account(error: errors.NothingWithoutAccountError) -> Words:
    if error.is_query:
        return Words(
            Text("Nothing found without an account"),
            Text(
                "None of your uploads here fits, and no Imgur account is linked. Link yours with /imgur link to draw "
                "from what is there."
            ),
        )
    return Words(
        Text("There is nothing to draw from"),
        Text(
            "You have no uploads through this bot, and no Imgur account is linked. Link yours with /imgur link to draw "
            "from what is there."
        ),
    )


TABLE: dict[type[BaseException], Wording] = {
    errors.NothingFoundError: _nothing_found,
    errors.NothingToDrawError: Words(
        Text("There is nothing to draw from"),
        Text("You have no pictures yet. Upload the first one with /imgur upload."),
    ),
    errors.NothingWithoutAccountError: _nothing_without_account,
    errors.DrawnGoneError: lambda error: Words(
        Text("None of those drawn is on Imgur any more"),
        Plural(
            "They were deleted there, {count} in a row, and are off your lists now. Run the command again.",
            "They were deleted there, {count} in a row, and are off your lists now. Run the command again.",
            error.count,
        ),
    ),
    errors.NotAskedError: Words(
        Text("Imgur could not be asked in time"),
        Text("It is slow, or its limit is used up for the moment. Try again later."),
    ),
    errors.ShowsNoneError: Words(
        Text("Imgur shows nothing here at the moment"),
        Text("There was something when it was last asked. It is asked again, and what is really gone goes here too."),
    ),
    errors.BehindError: _behind,
    errors.NothingToFindError: Words(
        Text("There is nothing to look for in that"),
        Text("Nothing of it can be seen. Give a word of a title, a description, a tag or a note; #word finds a tag."),
    ),
    errors.NothingToSearchError: Words(
        Text("There is nothing to look for in that"),
        Text("Nothing of it can be seen. Give a word of a title or a description."),
    ),
    errors.TooManyWordsError: lambda error: Words(
        Text("That is more than can be looked for"),
        Plural("Give no more than {count} different word.", "Give no more than {count} different words.", error.limit),
    ),
}
