"""Work in the background: one runner for all kinds. A kind is a `Handler`; what users see of it, `JobService`."""

from services.jobs.runner import Runner
from services.jobs.service import JobService, Progress
from services.jobs.stepwise import Stepwise
from services.jobs.work import ClaimLostError, Done, Handler, Pause, Stopped, Verdict, Work

__all__ = [
    "ClaimLostError",
    "Done",
    "Handler",
    "JobService",
    "Pause",
    "Progress",
    "Runner",
    "Stepwise",
    "Stopped",
    "Verdict",
    "Work",
]
