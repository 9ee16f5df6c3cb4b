"""A backup of everything: the database at one moment, the sealed files, the names of the keys.

The keys themselves are never in it: without `MASTER_KEYS`, which is kept apart, nobody can read
the files. A restore goes onto an empty system only, compares every hash before and after, and
leaves the copy silent: its mail is held until a person says that it is the one that lives.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import connection, models, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.utils.translation import gettext as _

from cases.jobs.holds import MAIL, hold_queue
from documents.dossiers.models import SealKey
from documents.records.keys import master_key_id
from documents.records.models import CaseKey
from navigator.table_copies import (
    advance_counters,
    copy_table,
    empty_table,
    frozen_view,
    has_rows,
    label_of,
    list_tables,
    load_table,
)

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
OBJECTS: Final = "objects.jsonl"
PASSED_OVER: Final = "readiness/"
CHUNK: Final = 1024 * 1024
# What a new database has before anybody has used it.
BOOKKEEPING: Final = frozenset(
    {
        "contenttypes.contenttype",
        "auth.permission",
        "auth.group",
        "auth.group_permissions",
        "clinical.definitionversion",  # a new installation begins with the shipped ones
    }
)

Say = Callable[[str], None]


class BackupRefused(Exception):
    """The message is a sentence that the operator can act on."""


@dataclass(frozen=True)
class Totals:
    tables: int
    rows: int
    objects: int
    keys: list[str]


# --- Writing ------------------------------------------------------------------------------


def write_backup(folder: Path, *, now: datetime) -> Totals:
    """Copy everything into a new folder. Its manifest is written last: without one it is none."""
    if folder.exists() and any(folder.iterdir()):
        raise BackupRefused(_("%s is not empty: name a new folder.") % folder)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)
    for name in ("tables", "objects"):
        (folder / name).mkdir(mode=0o700)
    with frozen_view():
        tables = {
            label_of(model): asdict(copy_table(model, table_path(folder, model)))
            for model in list_tables()
        }
        keys = list_master_keys()
        migrations = list_migrations()
        # Listed last: what the rows of this moment name was stored before them.
        count = copy_objects(folder)
    manifest = {
        "format": FORMAT,
        "version": settings.VERSION,
        "made_at": now.isoformat(),
        "database": connection.vendor,
        "migrations": migrations,
        "tables": tables,
        "objects": {"count": count, "sha256": hash_file(folder / OBJECTS)},
        "master_keys": keys,
    }
    write_durably(folder / MANIFEST, json.dumps(manifest, indent=1, sort_keys=True).encode())
    return Totals(len(tables), sum(one["rows"] for one in tables.values()), count, keys)


def list_master_keys() -> list[str]:
    """The ids of the master keys that what is kept lies under: files, and the seal's own keys."""
    used = (
        set(model.objects.values_list("master_key_id", flat=True)) for model in (CaseKey, SealKey)
    )
    return sorted(set().union(*used))


def table_path(folder: Path, model: type[models.Model]) -> Path:
    return folder / "tables" / f"{label_of(model)}.jsonl"


def list_migrations() -> list[str]:
    applied = MigrationRecorder(connection).applied_migrations()
    return sorted(f"{app}.{name}" for app, name in applied)


def copy_objects(folder: Path) -> int:
    count = 0
    with (folder / OBJECTS).open("x", encoding="utf-8") as listing:
        for name in list_stored(""):
            path = object_path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with default_storage.open(name) as source, path.open("xb") as copy:
                sha256 = pour(source, copy)
            line = {"name": name, "sha256": sha256}
            listing.write(json.dumps(line, sort_keys=True) + "\n")
            count += 1
    return count


def list_stored(folder: str) -> Iterator[str]:
    """The names of all stored objects, in order."""
    try:
        folders, names = default_storage.listdir(folder)
    except FileNotFoundError:  # nothing was stored yet
        return
    inside = f"{folder}/" if folder else ""
    for name in sorted(names):
        if not name.startswith(".") and not f"{inside}{name}".startswith(PASSED_OVER):
            yield f"{inside}{name}"
    for inner in sorted(folders):
        yield from list_stored(f"{inside}{inner}")


def object_path(folder: Path, name: str) -> Path:
    path = folder / "objects" / name
    if not path.resolve().is_relative_to((folder / "objects").resolve()):
        raise BackupRefused(_("The backup names a file outside of itself: it is not one of ours."))
    return path


def pour(source: Any, target: Any) -> str:
    digest = hashlib.sha256()
    while chunk := source.read(CHUNK):
        digest.update(chunk)
        target.write(chunk)
    return digest.hexdigest()


def hash_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_durably(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


# --- Reading back -------------------------------------------------------------------------


def restore_backup(folder: Path, *, now: datetime, say: Say) -> Totals:
    """Bring a backup onto this empty system. The files first: no row is ever without its file."""
    manifest = read_manifest(folder)
    require_same_house(manifest)
    require_keys(manifest)
    require_empty()
    say(_("Checking the backup."))
    objects = check_backup(folder, manifest)
    say(_("Copying %d files.") % len(objects))
    for name in objects:
        restore_object(folder, name)
    say(_("Filling the database."))
    with transaction.atomic():
        for model in list_tables():
            empty_table(model)
        for model in list_tables():
            load_table(model, table_path(folder, model))
        advance_counters()
        hold_queue(MAIL, now=now)
        say(_("Comparing the copy with the backup."))
        compare(manifest, objects)
    rows = sum(one["rows"] for one in manifest["tables"].values())
    return Totals(len(manifest["tables"]), rows, len(objects), manifest["master_keys"])


def read_manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise BackupRefused(
            _("%s holds no finished backup: it has no readable manifest.json.") % folder
        ) from None
    if manifest.get("format") != FORMAT:
        raise BackupRefused(_("The backup has a format that this version does not know."))
    return manifest


def require_same_house(manifest: dict[str, Any]) -> None:
    ours = {label_of(model) for model in list_tables()}
    if manifest["migrations"] != list_migrations() or ours != set(manifest["tables"]):
        raise BackupRefused(
            _(
                "The backup was made by version %s with other tables: restore it with the "
                "version that made it, then update."
            )
            % manifest["version"]
        )


def require_keys(manifest: dict[str, Any]) -> None:
    held = {master_key_id(secret) for secret in settings.MASTER_KEYS}
    if missing := sorted(set(manifest["master_keys"]) - held):
        raise BackupRefused(
            _(
                "The files are sealed under the master key %s, which this system does not have: "
                "put it into MASTER_KEYS first."
            )
            % ", ".join(missing)
        )


def require_empty() -> None:
    for model in list_tables():
        if label_of(model) not in BOOKKEEPING and has_rows(model):
            raise BackupRefused(
                _("This system is not empty (%s has rows): restore onto a new one.")
                % label_of(model)
            )
    if next(list_stored(""), None) is not None:
        raise BackupRefused(
            _("The file storage of this system is not empty: restore onto a new one.")
        )


def check_backup(folder: Path, manifest: dict[str, Any]) -> dict[str, str]:
    """Compare every byte with the manifest, before anything is changed; the objects' hashes."""
    for model in list_tables():
        path = table_path(folder, model)
        expected = manifest["tables"][label_of(model)]["bytes_sha256"]
        require_equal(path, expected)
    require_equal(folder / OBJECTS, manifest["objects"]["sha256"])
    objects = {}
    for line in (folder / OBJECTS).read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        require_equal(object_path(folder, entry["name"]), entry["sha256"])
        objects[entry["name"]] = entry["sha256"]
    return objects


def require_equal(path: Path, expected: str) -> None:
    if not path.is_file() or hash_file(path) != expected:
        raise BackupRefused(
            _("%s is missing or is not as it was written: use another backup.") % path
        )


def restore_object(folder: Path, name: str) -> None:
    with object_path(folder, name).open("rb") as source:
        stored = default_storage.save(name, File(source, name=name))
    if stored != name:
        raise BackupRefused(_("The file storage of this system changes names: it cannot be used."))


def compare(manifest: dict[str, Any], objects: dict[str, str]) -> None:
    for model in list_tables():
        label = label_of(model)
        if copy_table(model, None).rows_sha256 != manifest["tables"][label]["rows_sha256"]:
            raise BackupRefused(_("The table %s came out different; nothing was kept.") % label)
    for name, expected in objects.items():
        with default_storage.open(name) as stored, Path(os.devnull).open("wb") as nowhere:
            if pour(stored, nowhere) != expected:
                raise BackupRefused(_("The file %s came out different.") % name)
