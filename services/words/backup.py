"""Backups of the pictures themselves."""

from __future__ import annotations

import errors
from locales.text import Plural, Text
from services.words import Wording, Words

ANEW = Text("Run /imgur data backup in Discord to begin anew.")


def _wrong_code(error: errors.BackupCodeError) -> Words:
    if error.tries_left == 0:
        return Words(Text("Wrong code, and that was the last try"), ANEW)
    return Words(
        Text("Wrong code"),
        Plural(
            "Look at your own page in your browser again and enter its code. You have {count} try left.",
            "Look at your own page in your browser again and enter its code. You have {count} tries left.",
            error.tries_left,
        ),
    )


TABLE: dict[type[BaseException], Wording] = {
    errors.PictureUnavailableError: Words(
        Text("The picture could not be fetched"), Text("Imgur did not hand it out. Try again in a moment.")
    ),
    errors.PictureGoneError: Words(Text("The picture is gone"), Text("Imgur no longer has it.")),
    errors.PictureWithheldError: Words(
        Text("Imgur does not hand out the picture"), Text("Open it on Imgur to see what has become of it.")
    ),
    errors.PicturesBusyError: Words(
        Text("Imgur asks to wait"), Text("It hands out no more pictures for now. Try again in a few minutes.")
    ),
    errors.BackupNotSetUpError: Words(
        Text("Backups are not set up here"),
        Text(
            "They are handed out on a web page, and whoever runs this bot has not set one up. /imgur data export "
            "brings what the bot knows of your pictures, with their links."
        ),
    ),
    errors.BackupStalledError: Words(
        Text("The part broke off"), Text("Imgur handed out no more pictures. Fetch it again in a while.")
    ),
    errors.NothingHeldError: Words(
        Text("There is nothing to back up"),
        Text(
            "You have linked no account, and this bot knows of no anonymous uploads of yours. Run /imgur link or "
            "/imgur upload first."
        ),
    ),
    errors.BackupError: Words(Text("The backup did not work"), ANEW),
    errors.BackupUnknownError: Words(
        Text("This backup is not known"), Text("It may be mistyped, or over for long. {anew}", anew=ANEW)
    ),
    errors.BackupOverError: Words(
        Text("This backup is over"),
        Text("Its time is up, it was ended, or its account is no longer linked. {anew}", anew=ANEW),
    ),
    errors.BackupForeignBrowserError: Words(
        Text("This is not the browser that began"),
        Text(
            "A backup is fetched in the browser in which Continue was pressed, with cookies allowed. {anew}", anew=ANEW
        ),
    ),
    errors.BackupNotExpectedError: Words(
        Text("There is no code to enter yet"),
        Text("Open the page from /imgur data backup first and press Continue there; it shows the code."),
    ),
    errors.BackupCodeError: _wrong_code,
    errors.BackupBusyError: Words(
        Text("One at a time"),
        Text("You are fetching a part already, or many others are. Go back and try again when that has ended."),
    ),
    errors.NothingToBackUpError: Words(
        Text("There is nothing in it"),
        Text("What you chose holds no pictures, or is still being read. Go back, and wait or choose something else."),
    ),
}
