"""`/readyz` says what is down, and is itself never what breaks."""

from collections.abc import Iterator

import pytest
from django.test import Client, override_settings

from navigator.health import check_files
from tests.components import need
from tests.servers import ObjectStore, find_rclone, run_object_store, stop_server


@pytest.fixture
def own_object_store() -> Iterator[ObjectStore]:
    """One that this test may stop."""
    with run_object_store(need("rclone", find_rclone())) as server:
        yield server


def use_bucket(store: ObjectStore) -> override_settings:
    return override_settings(
        STORAGES={
            "default": {
                "BACKEND": "documents.records.bucket.SealedBucket",
                "OPTIONS": store.options(),
            },
            "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
        }
    )


def test_an_object_storage_that_answers_is_well(object_store: ObjectStore) -> None:
    with use_bucket(object_store):
        assert check_files() == ""


@pytest.mark.django_db
def test_an_object_storage_that_is_down_is_named_and_stops_traffic(
    own_object_store: ObjectStore, client: Client
) -> None:
    stop_server(own_object_store.process)
    with use_bucket(own_object_store):
        answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["down"]["files"] == "cannot be written"
