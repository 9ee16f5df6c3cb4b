"""The bell: telling workers that a row waits. A ring that is lost costs seconds, nothing else.

A ring has under half a second and no second try, so a broker that hangs never holds up the
person whose request queued the work; the sweeper rings again.
"""

import threading
import time
from typing import Any

import redis
import structlog
from celery import current_app
from django.conf import settings
from kombu import Connection
from kombu.exceptions import KombuError
from kombu.transport import redis as _transport  # noqa: F401  # now, and not in a request

log = structlog.get_logger(__name__)

RING_TASK = "cases.jobs.bell.run_job"
RING_SECONDS = 0.4
BROKER_ERRORS = (OSError, redis.RedisError, KombuError)

SILENT_SECONDS = 3.0

_own = threading.local()


class Silence:
    """Until when (monotonic) this process leaves a broker alone that did not answer."""

    until = 0.0


_silence = Silence()


def connect_to_broker() -> "redis.Redis":
    """A plain client of the broker, for asking whether it answers."""
    url = settings.BROKER_URL
    if url.startswith("redis+socket://"):
        url = "unix://" + url.removeprefix("redis+socket://")
    return redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)


def count_rings(queue: str) -> int | None:
    """How many bells wait on a queue; None where the broker does not say."""
    try:
        with connect_to_broker() as client:
            return int(client.llen(queue))
    except BROKER_ERRORS:
        return None


def ring_for(job_id: str, queue: str) -> bool:
    """Put the id of a row on a queue; False where the broker did not take it.

    After a failure this process asks nothing of the broker for a few seconds, so that a request
    that queues ten pieces of work waits for a hung broker once and not ten times.
    """
    if time.monotonic() < _silence.until:
        return False
    try:
        current_app.send_task(
            RING_TASK, args=[str(job_id)], queue=queue, connection=_own_connection(), retry=False
        )
    except BROKER_ERRORS as error:
        _silence.until = time.monotonic() + SILENT_SECONDS
        forget_broker()
        log.warning("job.ring_failed", job=str(job_id), error=type(error).__name__)
        return False
    return True


def _own_connection() -> Connection:
    connection = getattr(_own, "connection", None)
    if connection is None:
        options: dict[str, Any] = {
            "socket_timeout": RING_SECONDS,
            "socket_connect_timeout": RING_SECONDS,
            "max_retries": 0,
            "interval_start": 0,
            "interval_step": 0,
            "interval_max": 0,
        }
        connection = Connection(settings.BROKER_URL, transport_options=options)
        _own.connection = connection
    return connection


def forget_broker() -> None:
    """Close this thread's connection; the next ring makes another."""
    connection, _own.connection = getattr(_own, "connection", None), None
    if connection is not None:
        try:
            connection.close()
        except BROKER_ERRORS:
            log.info("job.ring_connection_gone")
