"""The object storage in which sealed files lie where one is set."""

import io
from typing import Any, Final

from boto3.exceptions import Boto3Error
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import File
from storages.backends.s3 import S3Storage

# A storage that hangs must not hold a request or a worker for minutes: asked twice in all.
PATIENCE: Final = {
    "connect_timeout": 5,
    "read_timeout": 15,
    "retries": {"total_max_attempts": 2, "mode": "standard"},
}
READ_AHEAD: Final = 8 * 1024 * 1024
ABSENT: Final = {"404", "NoSuchKey", "NotFound"}


class SealedBucket(S3Storage):  # type: ignore[misc]  # django-storages has no types
    """S3 with bounded waiting and bounded memory.

    It holds sealed bytes only, so what it is asked is no secret. The backend's own way to read
    fetches the whole object first; here an open object is asked for the parts that are read.
    """

    errors = (BotoCoreError, ClientError, Boto3Error)

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        given: Config = self.client_config
        self.client_config: Config = given.merge(Config(**PATIENCE))

    def _open(self, name: str, mode: str = "rb") -> File:  # type: ignore[type-arg]  # bytes
        if mode != "rb":
            raise ValueError("Objects are stored whole, and opened only to be read.")
        key = self._normalize_name(name.replace("\\", "/"))
        parts = ObjectParts(self.bucket.Object(key))
        return File(parts, name)  # type: ignore[arg-type]  # raw files are files, too


class ObjectParts(io.RawIOBase):
    """An object of the bucket as a file; what is read on in one go is fetched in large parts."""

    def __init__(self, stored: Any) -> None:
        super().__init__()
        self._stored = stored
        try:
            self._size: int = stored.content_length
        except ClientError as error:
            if error.response["Error"]["Code"] in ABSENT:
                raise FileNotFoundError from error
            raise
        self._at = 0
        self._part = b""
        self._part_at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(start + offset, 0)
        return self._at

    def read(self, size: int | None = -1) -> bytes:
        left = max(self._size - self._at, 0)
        size = left if size is None or size < 0 else min(size, left)
        if not size:
            return b""
        inside = self._at - self._part_at
        if not 0 <= inside <= len(self._part) - size:
            # Whoever goes on where the last part ended will want what comes behind it too.
            goes_on = 0 <= inside <= len(self._part) and bool(self._part)
            self._fetch(max(size, READ_AHEAD) if goes_on else size)
            inside = 0
        self._at += size
        return self._part[inside : inside + size]

    def readinto(self, buffer: Any) -> int:
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def _fetch(self, size: int) -> None:
        last = min(self._at + size, self._size) - 1
        answer = self._stored.get(Range=f"bytes={self._at}-{last}")
        with answer["Body"] as body:
            self._part, self._part_at = body.read(), self._at
        if len(self._part) != last + 1 - self._at:
            raise OSError("The storage sent less than it was asked for.")
