"""What Discord did, or a press that came too late."""

from __future__ import annotations

import errors
from locales.text import Text
from services.words import Wording, Words

TABLE: dict[type[BaseException], Wording] = {
    errors.NotAcknowledgedError: Words(
        Text("Discord took no answer"), Text("Nothing was done. Run the command again.")
    ),
    errors.AcknowledgementLostError: Words(
        Text("Discord and the bot lost touch for a moment"),
        Text("If nothing else appears here in a minute, do it again."),
    ),
    errors.AnswerRefusedError: Words(
        Text("Discord did not take the answer"), Text("Nothing was changed. Run the command again in a moment.")
    ),
    errors.OutdatedError: Words(
        Text("This is from an earlier version of the bot"),
        Text(
            "It has been updated since. Run the command again; if that does not help, restart Discord, which then "
            "learns the new commands."
        ),
    ),
    errors.ViewForgottenError: Words(
        Text("This gallery is too old"),
        Text("What was looked for or selected in it is no longer known. Run the command again."),
    ),
    errors.QuestionAnsweredError: Words(
        Text("That question has had its answer"),
        Text(
            "Or it was asked once more after this one, or your account was unlinked since. Nothing is done twice; my "
            "other answers say what became of it."
        ),
    ),
    errors.BulkBusyError: Words(
        Text("One after the other"),
        Text("What you began with several pictures is not through yet. Wait until it is, then do this again."),
    ),
    errors.IdTooLongError: Words(
        Text("That cannot be done here"),
        Text(
            "Its id on Imgur is longer than Discord's buttons and forms can hold. Open it on imgur.com and do it there."
        ),
    ),
    errors.NothingSelectedError: Words(Text("Nothing is selected"), Text("Tick pictures in the menu first.")),
    errors.ForeignPressError: Words(
        Text("That is not yours"), Text("Only whoever ran the command can use this. Run it yourself to get your own.")
    ),
    errors.ForeignGalleryError: Words(
        Text("This gallery is not yours"),
        Text("Only whoever ran the command can turn its pages. /imgur images and /imgur favorites show your own."),
    ),
    errors.RestartingError: Words(Text("The bot is restarting"), Text("Nothing was done. Try again in a minute.")),
    errors.StoppedError: Words(
        Text("The bot is being restarted"),
        Text("It had to stop in the middle of this. Look first whether it was done, then try again in a minute."),
    ),
}
