"""Linking accounts."""

from __future__ import annotations

import errors
from locales.text import Plural, Text
from services.words import AGAIN, Wording, Words


def _wrong_code(error: errors.WrongCodeError) -> Words:
    if error.tries_left == 0:
        return Words(
            Text("Wrong code, and that was the last try"),
            Text("This attempt has ended and nothing was linked. Run /imgur link to begin again."),
        )
    return Words(
        Text("Wrong code"),
        Plural(
            "Look at the page in your browser again and enter its code. You have {count} try left.",
            "Look at the page in your browser again and enter its code. You have {count} tries left.",
            error.tries_left,
        ),
    )


_MISSING = {
    "all": Text("There is no such address in it."),
    "state": Text("Its beginning is missing, up to the sign #."),
    "grant": Text("Its end is missing."),
}


def _incomplete(error: errors.PastedIncompleteError) -> Words:
    return Words(
        Text("That is not the whole address"),
        Text(
            "{missing} Go back to the page that Imgur sent you to, select all of the address, copy it and paste it.",
            missing=_MISSING[error.missing],
        ),
    )


TABLE: dict[type[BaseException], Wording] = {
    errors.NotLinkedError: Words(
        Text("No Imgur account is linked"), Text("This needs your own Imgur account. Link it with /imgur link.")
    ),
    errors.NothingLinkedError: Words(
        Text("No Imgur account is linked"), Text("There is nothing to forget. /imgur link links one whenever you like.")
    ),
    errors.LinkBrokenError: Words(
        Text("Imgur no longer accepts the link to your account"),
        Text("That happens when access is revoked or a password changes. Link it again with /imgur link."),
    ),
    errors.LinkingNotSetUpError: Words(
        Text("Linking accounts is not set up here"),
        Text(
            "Whoever runs this bot has not switched it on. Anonymous uploads work: /imgur upload with anonymous: True."
        ),
    ),
    errors.TooManyAttemptsError: Words(
        Text("Too many attempts"),
        Text("You began linking 20 times within an hour. Wait a while, then run /imgur link again."),
    ),
    errors.LinkError: Words(Text("Linking did not work"), Text("Nothing was linked. {again}", again=AGAIN)),
    errors.LinkUnknownError: Words(
        Text("This link is not known"),
        Text(
            "It may be mistyped, or over for long: /imgur account in Discord tells what is linked. {again}", again=AGAIN
        ),
    ),
    errors.LinkExpiredError: Words(
        Text("This link has expired"), Text("A link is good for ten minutes. Nothing was linked. {again}", again=AGAIN)
    ),
    errors.LinkUsedError: Words(
        Text("This link is no longer in use"),
        Text("It was used already, was stopped, or a newer one has taken its place. {again}", again=AGAIN),
    ),
    errors.LinkForeignBrowserError: Words(
        Text("This is not the browser that began"),
        Text(
            "Linking has to be finished in the browser in which Continue was pressed, with cookies allowed. "
            "Nothing was linked. {again}",
            again=AGAIN,
        ),
    ),
    errors.LoginElsewhereError: Words(
        Text("This is not the browser that began"),
        Text(
            "You logged in, but Continue was pressed in another browser. Nothing is used up: copy the address below, "
            "open it in the browser in which you began, with cookies allowed, and it goes on there. Give it to nobody: "
            "whoever asks you for it is trying to link an account in your name."
        ),
    ),
    errors.LoginForgedError: Words(
        Text("That was not Discord's answer"),
        Text(
            "So it counts for nothing, and nothing was used up. Open the link from Discord again and go on from there."
        ),
    ),
    errors.ConfirmInBrowserError: Words(
        Text("No code is needed"),
        Text("You logged in with Discord: press the button on the last page in your browser, and it is linked."),
    ),
    errors.PastedIncompleteError: _incomplete,
    errors.PastedUnclearError: Words(
        Text("This address is of another sign-in"),
        Text(
            "Nothing was linked. Take the address that Imgur sends you to when you open its page from my message, "
            "and no other. If somebody gave it to you, or wants yours: that is an attempt at getting at an account."
        ),
    ),
    errors.LinkDeniedError: Words(
        Text("You said no, so nothing was linked"),
        Text("Imgur gave this bot no access. If that was not what you wanted, run /imgur link in Discord again."),
    ),
    errors.LinkStoppedError: Words(
        Text("You stopped, so nothing was linked"),
        Text("The bot has forgotten what Imgur gave it. To link an account after all, run /imgur link in Discord."),
    ),
    errors.LinkNotConfirmedError: Words(
        Text("Imgur did not confirm this sign-in"),
        Text("What came back was not issued to this bot, so nothing was linked. {again}", again=AGAIN),
    ),
    errors.CrossSiteError: Words(
        Text("This form came from another site"),
        Text("It was sent from a page that is not ours, so nothing was done. Open the link from Discord again."),
    ),
    errors.NoCodeExpectedError: Words(
        Text("There is no code to enter yet"),
        Text("Open the link from /imgur link first and allow access on Imgur's page; the code is shown after that."),
    ),
    errors.WrongCodeError: _wrong_code,
    errors.DirectMessageLostError: Words(
        Text("The direct message did not get through"),
        Text("Discord did not take it just now. Go on here: only you can see this."),
    ),
    errors.DirectMessagesClosedError: Words(
        Text("Your direct messages are closed"),
        Text(
            "Discord does not let the bot write to you. Allow messages from members of this server, or go on here: "
            "only you can see this."
        ),
    ),
}
