"""What Imgur allows, and which of it a call, an answer or a refusal is about (docs/imgur.md, "Limits"). Pure."""

from __future__ import annotations

from dataclasses import replace

from imgur.chain import Call
from imgur.errors import RateLimitedError, Spent
from imgur.models import RateLimits
from storage.models import Allowance, Take, Told

HOUR, DAY = 3600, 86_400
APPLICATION = Allowance("application", 12_500, DAY)
UPLOADS = Allowance("uploads", 1_250, DAY)
ADDRESS = Allowance("address", 500, HOUR)
POSTS = Allowance("posts", 1_250, HOUR)
ACCOUNT_CREDITS = 500
_UPLOADING = "uploads of "


def account_allowance(account_id: int) -> Allowance:
    """The credits of one account's tokens."""
    return Allowance(f"account:{account_id}", ACCOUNT_CREDITS, HOUR)


def own(call: Call) -> Allowance:
    """The credits of whoever calls."""
    return ADDRESS if call.account_id is None else account_allowance(call.account_id)


def uploading(own: Allowance) -> Allowance:
    """Uploads of one account or address, which Imgur may pause ("too fast") while it goes on to answer."""
    return replace(own, scope=f"{_UPLOADING}{own.scope}")


def spent(scope: str) -> Spent:
    """What there is nothing left of where this is used up, or paused."""
    if scope.startswith(_UPLOADING):
        return Spent.UPLOADS
    return Spent.APPLICATION if is_everybodys(scope) else Spent.USER


def is_everybodys(scope: str) -> bool:
    """Whether more than one account's calls count against this."""
    return "account:" not in scope


def takes(call: Call) -> tuple[Take, ...]:
    """All that a call counts against."""
    each = [Take(APPLICATION, call.cost), Take(own(call), call.cost)]
    if call.method == "POST":
        each.append(Take(POSTS))
    if call.is_upload:
        each += (Take(UPLOADS), Take(uploading(own(call))))
    return tuple(each)


def told(call: Call, limits: RateLimits) -> dict[str, Told]:
    """What the headers of the answer to a call say, by scope."""
    return {
        APPLICATION.scope: Told(limits.client_limit, limits.client_remaining, limits.client_reset),
        own(call).scope: Told(limits.user_limit, limits.user_remaining, limits.user_reset),
        POSTS.scope: Told(limits.post_limit, limits.post_remaining, limits.post_reset),
    }


def refused(call: Call, error: RateLimitedError) -> Allowance:
    """Whose allowance a refusal is about; where nothing says so, it is the caller's own and not everybody's.

    What knows a time and nothing of credits comes from before Imgur, and is about this address. Where an upload is
    refused there may be credits left to read.
    """
    if error.spent is Spent.APPLICATION:
        posts = error.limits is not None and error.limits.post_remaining == 0 and error.limits.client_remaining != 0
        some = call.is_upload and error.limits is not None and error.limits.client_remaining
        return POSTS if posts else UPLOADS if some else APPLICATION
    if error.spent is Spent.UNKNOWN and error.retry_after and error.limits in (None, RateLimits()):
        return APPLICATION
    whose = own(call)
    if error.spent is Spent.UPLOADS:
        return uploading(whose)
    return uploading(whose) if call.is_upload and error.limits and error.limits.user_remaining else whose
