"""The private folder in which sealed files lie when no object storage is set."""

import errno
import os
from pathlib import Path

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage
from django.utils.deconstruct import deconstructible


@deconstructible
class SealedFolder(FileSystemStorage):
    """A folder where a name holds either a whole file, on the disk for good, or nothing.

    Django's own storage writes under the final name: a full disk or a kill leaves a stump
    there. Here the bytes come from a finished file beside the folder, are flushed to the
    disk, and get their name by a link, which is made whole or not at all and never over
    another's.
    """

    def _save(self, name: str, content: File) -> str:  # type: ignore[type-arg]  # text or bytes
        final = Path(self.path(name))
        final.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = getattr(content, "temporary_file_path", None)
        if path is None or not self._link(Path(path()), final):
            self._copy(content, final)
        flush_folder(final.parent)
        return name

    def _link(self, source: Path, final: Path) -> bool:
        """Give the finished file its name; False where it lies on another disk."""
        handle = os.open(source, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        try:
            os.link(source, final)
        except OSError as error:
            if error.errno in {errno.EXDEV, errno.EPERM, errno.EMLINK}:
                return False
            raise
        return True

    def _copy(self, content: File, final: Path) -> None:  # type: ignore[type-arg]  # as above
        draft = final.with_name(f".{final.name}.part")
        try:
            handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                for chunk in content.chunks():
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            os.link(draft, final)
        finally:
            draft.unlink(missing_ok=True)


def flush_folder(folder: Path) -> None:
    """Make a new name in a folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
