"""`/healthz`: the process lives. `/readyz`: it may take traffic, and if not, what is down."""

from collections.abc import Callable

import redis
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse

from cases.jobs.broker import connect_to_broker
from documents.records.vault import storage_errors


def check_database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return "migrations are waiting"
    except DatabaseError:
        return "does not answer"
    return ""


def check_broker() -> str:
    try:
        connect_to_broker().ping()
    except redis.RedisError:
        return "does not answer"
    return ""


def check_files() -> str:
    """Write, read and remove a small object, since a full disk still reads well."""
    try:
        name = default_storage.save("readiness/probe", ContentFile(b"probe"))
        try:
            with default_storage.open(name) as handle:
                read = handle.read()
        finally:
            default_storage.delete(name)
    except storage_errors():
        return "cannot be written"
    return "" if read == b"probe" else "reads other bytes than were written"


CHECKS: dict[str, Callable[[], str]] = {
    "database": check_database,
    "broker": check_broker,
    "files": check_files,
}


@login_not_required
def show_alive(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
def show_ready(_request: HttpRequest) -> JsonResponse:
    """200 when all answer; otherwise 503, naming what is down and no more.

    A broker that is down does not stop traffic: work waits in its rows.
    """
    found = {name: check() for name, check in CHECKS.items()}
    down = {name: words for name, words in found.items() if words}
    serves = not (down.keys() - {"broker"})
    return JsonResponse(
        {"ready": serves, "down": down, "version": settings.VERSION},
        status=200 if serves else 503,
    )
