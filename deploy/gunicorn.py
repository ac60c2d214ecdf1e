"""gunicorn's settings, in production as with `make run`; the command line overrides them."""

import os
from typing import Any

from thoughtvoice import tallies

wsgi_app = "thoughtvoice.wsgi"
bind = f"127.0.0.1:{os.environ.get('PORT', '8000')}"
# More than one process needs REDIS_URL: without it rate limits and the provider governor are per process. Two for
# each core: a process runs one thread at a time, and whoever begins waits for who is under way.
workers = int(os.environ.get("WEB_CONCURRENCY", "1"))
worker_class = "gthread"
# A performance holds one for some four seconds, mostly waiting, on a slow telephone for longer; with fewer than
# perform at once, everybody else waits for seconds (benchmarks.web_server). One costs a megabyte or two.
threads = 64
# A perform may take its 12 s deadline and then the slow phone's reading of it.
graceful_timeout = 30
# Longer than the usual load balancer's 60 s, so that the balancer is the one to close idle connections.
keepalive = 65
control_socket_disable = True
# What a process writes is for its user alone; gunicorn's own umask lets everybody write.
umask = 0o077
# Its sign of life is a file that is touched every second; on a slow disk a worker would be taken for dead.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: PTH112, S108
# Its own lines are JSON like ours; requests have theirs from thoughtvoice.requests.
logconfig_dict: dict[str, Any] = {
    "root": {"level": "INFO", "handlers": []},
    "loggers": {"gunicorn.error": {"level": "INFO", "handlers": ["error_console"], "propagate": False}},
    "formatters": {"generic": {"()": "thoughtvoice.logs.Formatter"}},
}


def child_exit(server: Any, worker: Any) -> None:
    """What the process counted stays; its files go."""
    tallies.fold()
