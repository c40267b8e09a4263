"""Work in the background: one runner for all kinds. A kind is a `Handler`; what users see of it, `JobService`."""

from services.jobs.changes import Changes, Record, unrecorded
from services.jobs.runner import Runner
from services.jobs.service import JobService, Progress
from services.jobs.stepwise import PartlyDoneError, Stepwise
from services.jobs.turns import Over, Turn, Turns, alone
from services.jobs.work import ClaimLostError, Done, Handler, Pause, Stopped, StopWantedError, Verdict, Work
from storage.models import Job, Origin

__all__ = [
    "Changes",
    "ClaimLostError",
    "Done",
    "Handler",
    "Job",
    "JobService",
    "Origin",
    "Over",
    "PartlyDoneError",
    "Pause",
    "Progress",
    "Record",
    "Runner",
    "Stepwise",
    "StopWantedError",
    "Stopped",
    "Turn",
    "Turns",
    "Verdict",
    "Work",
    "alone",
    "unrecorded",
]
