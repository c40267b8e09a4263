"""Images and albums that somebody names."""

from __future__ import annotations

import errors
from locales.text import Text
from services.words import Wording, Words

TABLE: dict[type[BaseException], Wording] = {
    errors.NotAnItemError: Words(
        Text("That is not an Imgur picture or album"),
        Text(
            "None of your newest is called that either. Give an id such as abc1234, a link from imgur.com, or pick one "
            "of the suggestions."
        ),
    ),
    errors.NameUnknownError: Words(
        Text("Imgur does not know it, and none of your newest is called that"),
        Text("It may be mistyped, or what it stood for was deleted. Check it, or pick one of the suggestions."),
    ),
    errors.TitleSharedError: Words(
        Text("Several of yours go by that name"), Text("Pick the one you mean from the suggestions, or give its id.")
    ),
    errors.SeveralGivenError: Words(
        Text("One at a time"),
        Text("This names more than one picture or album. Give one link or one id, then the next."),
    ),
    errors.SeveralNamedError: Words(
        Text("One at a time"),
        Text(
            "These look like several ids. Give one, then the next. For several of your own there is Select… under "
            "/imgur images."
        ),
    ),
    errors.NotYoursError: Words(
        Text("That is not yours"), Text("Only its owner can do this. Use /imgur images to find your own pictures.")
    ),
    errors.AlbumGivenError: Words(
        Text("That is an album"),
        Text("This works on single pictures. See what is in the album with /imgur images, then pick one of them."),
    ),
    errors.ImageGivenError: Words(
        Text("That is a picture, not an album"),
        Text("Give an album's id or link, or pick one of the suggestions. /imgur show shows single pictures."),
    ),
    errors.NothingToAdoptError: Words(
        Text("Nothing to bring along"), Text("You have no anonymous uploads any more. /imgur images shows the rest.")
    ),
    errors.NothingToChangeError: Words(
        Text("Nothing would change"),
        Text("Give a title, a description or another option that differs from what is there."),
    ),
}
