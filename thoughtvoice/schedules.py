"""Every scheduled job: its name, what it calls, how often. `manage.py syncschedules` makes the rows so."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Job:
    """`calls` is bounded in rows and in time (Q_CLUSTER's timeout), may be repeated at any moment, and says
    what it did. thoughtvoice.jobs runs it: nowhere twice at once."""

    name: str
    calls: str
    minutes: int


BEAT = "beat"

JOBS = [
    Job(BEAT, "thoughtvoice.jobs.beat", 1),
    Job("release abandoned charges", "accounts.jobs.release_abandoned_charges", 5),
    Job("free abandoned codes", "accounts.jobs.free_abandoned_codes", 15),
    Job("begin the month", "accounts.jobs.begin_month", 6 * 60),
    Job("forget old attempts", "accounts.jobs.forget_old_attempts", 60),
    Job("forget revoked devices", "accounts.jobs.forget_revoked_devices", 24 * 60),
    Job("delete superseded recordings", "voices.jobs.clear_superseded", 60),
    Job("erase who asked for it", "perform.jobs.erase_all", 15),
    Job("erase idle voices", "perform.jobs.erase_idle_voices", 24 * 60),
    Job("forget withdrawn voices", "perform.jobs.forget_withdrawn", 60),
    Job("end stuck performances", "perform.jobs.fail_stuck", 5),
    Job("count the days", "perform.jobs.count_days", 5),
    Job("show the ghost pools", "perform.jobs.show_ghosts", 5),
    Job("go on with packs", "perform.jobs.resume_packs", 15),
    Job("forget old performances", "perform.jobs.forget_old", 60),
    Job("delete discarded clones", "pool.jobs.delete_discards", 1),
    Job("reconcile the pool", "pool.jobs.reconcile", 5),
    Job("poll the provider's accounts", "pool.jobs.poll_accounts", 15),
    Job("renew stale clones", "pool.jobs.renew", 5),
    Job("expire idle clones", "pool.jobs.expire", 5),
    Job("warm ahead", "pool.jobs.warm_ahead", 10),
]


def find(name: str) -> Job:
    """Raises: LookupError, for a row of an earlier version."""
    for job in JOBS:
        if job.name == name:
            return job
    raise LookupError(name)
