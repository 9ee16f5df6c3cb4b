"""The bell: telling workers that a row waits. A ring that is lost costs seconds, nothing else.

A ring has under half a second and no second try, so a broker that hangs never holds up the
person whose request queued the work; the sweeper rings again.
"""

import threading
from typing import Any

import redis
import structlog
from celery import current_app
from django.conf import settings
from kombu import Connection
from kombu.exceptions import KombuError

log = structlog.get_logger(__name__)

RING_TASK = "cases.jobs.bell.run_job"
RING_SECONDS = 0.4
BROKER_ERRORS = (OSError, redis.RedisError, KombuError)

_own = threading.local()


def connect_to_broker() -> "redis.Redis":
    """A plain client of the broker, for asking whether it answers."""
    url = settings.BROKER_URL
    if url.startswith("redis+socket://"):
        url = "unix://" + url.removeprefix("redis+socket://")
    return redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)


def ring_for(job_id: str, queue: str) -> bool:
    """Put the id of a row on a queue; False where the broker did not take it."""
    try:
        current_app.send_task(
            RING_TASK, args=[str(job_id)], queue=queue, connection=_own_connection(), retry=False
        )
    except BROKER_ERRORS as error:
        _drop_connection()
        log.warning("job.ring_failed", job=str(job_id), error=type(error).__name__)
        return False
    return True


def _own_connection() -> Connection:
    connection = getattr(_own, "connection", None)
    if connection is None:
        options: dict[str, Any] = {
            "socket_timeout": RING_SECONDS,
            "socket_connect_timeout": RING_SECONDS,
            "max_retries": 1,
            "interval_start": 0,
            "interval_step": 0,
            "interval_max": 0,
        }
        connection = Connection(settings.BROKER_URL, transport_options=options)
        _own.connection = connection
    return connection


def _drop_connection() -> None:
    connection, _own.connection = getattr(_own, "connection", None), None
    if connection is not None:
        try:
            connection.close()
        except BROKER_ERRORS:
            log.info("job.ring_connection_gone")
