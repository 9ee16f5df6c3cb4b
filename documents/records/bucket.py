"""The object storage in which sealed files lie where one is set."""

from typing import Any, Final

from botocore.config import Config
from storages.backends.s3 import S3Storage

# A storage that hangs must not hold a request or a worker for minutes.
PATIENCE: Final = {
    "connect_timeout": 5,
    "read_timeout": 20,
    "retries": {"max_attempts": 3, "mode": "standard"},
}


class SealedBucket(S3Storage):  # type: ignore[misc]  # django-storages has no types
    """S3 with bounded waiting. It holds sealed bytes only, so what it is asked is no secret."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        given: Config = self.client_config
        self.client_config: Config = given.merge(Config(**PATIENCE))
