"""A backup restored elsewhere is equal bit for bit, and the copy writes to nobody."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import timezone

from cases.hospitals.services import find_family_thread, send_message
from cases.jobs.models import Job
from documents.records.models import DocumentFile, Page
from documents.records.search_index import index_pages
from documents.records.services import accept_upload
from tests import make
from tests.servers import Postgres

PAPER = b"%PDF-1.4\n% a letter of nobody\n%%EOF\n"
SENDS_ITS_MAIL = """
from cases.jobs.models import Job
from cases.jobs.runner import run_claimed_job
for job in Job.objects.filter(queue="mail"):
    print(run_claimed_job(str(job.pk)))
"""
SEARCHES = """
from django.utils import timezone
from cases.casework.models import Case
from documents.records.services.searching import search_papers
owner = Case.objects.get(documents__isnull=False).owner
for asked in ("spleen", "kidney"):
    print(len(search_papers(asked=asked, actor=owner, now=timezone.now()).pages))
"""


class Elsewhere:
    """Another installation, in processes of its own."""

    def __init__(self, folder: Path, database: str = "") -> None:
        self.folder = folder
        self.variables = {
            **{key: os.environ[key] for key in ("PATH", "LD_LIBRARY_PATH") if key in os.environ},
            "DATA_DIR": str(folder),
            "DATABASE_URL": database or f"sqlite:///{folder / 'db.sqlite3'}",
            "MASTER_KEYS": ",".join(settings.MASTER_KEYS),
            "NAVIGATOR_SETUP": "off",
            "NAVIGATOR_ENV_FILE": os.devnull,
        }

    def run(self, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        self.folder.mkdir(exist_ok=True)
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=settings.BASE_DIR,
            env={**self.variables, **variables},
            capture_output=True,
            text=True,
            check=False,
        )

    def count_mail(self) -> int:
        mail = self.folder / "mail"
        return len(list(mail.iterdir())) if mail.is_dir() else 0


def use_it() -> None:
    """A case with a sealed paper and its page, an audit trail, and a message to be sent."""
    cast, now = make.cast(), timezone.now()
    accept_upload(
        case=cast.case,
        source=io.BytesIO(PAPER),
        original_name="letter.pdf",
        actor=cast.parent,
        now=now,
    )
    page = Page.objects.create(file=DocumentFile.objects.get(), number=1, text="A small spleen.")
    index_pages([page])
    thread = find_family_thread(case=cast.case, now=now)
    send_message(thread=thread, body="It came, thank you.", actor=cast.coordinator, now=now)
    Job.objects.filter(queue="mail").update(run_after=now)


def back_up(folder: Path) -> str:
    said = io.StringIO()
    call_command("backup", str(folder), stdout=said)
    return said.getvalue()


def what_it_says(folder: Path) -> tuple[dict[str, str], str]:
    manifest = json.loads((folder / "manifest.json").read_text())
    rows = {label: table["rows_sha256"] for label, table in manifest["tables"].items()}
    return rows, manifest["objects"]["sha256"]


@pytest.mark.django_db(transaction=True)
def test_a_restored_copy_is_equal_and_sends_no_mail_until_it_is_told_to(tmp_path: Path) -> None:
    use_it()
    assert "are not in the backup" in back_up(tmp_path / "backup")
    copy = Elsewhere(tmp_path / "copy")

    restored = copy.run("restore", str(tmp_path / "backup"))

    assert restored.returncode == 0, restored.stderr
    assert "each is equal to the backup" in restored.stdout
    again = copy.run("backup", str(tmp_path / "again"))
    assert again.returncode == 0, again.stderr
    assert what_it_says(tmp_path / "again") == what_it_says(tmp_path / "backup")
    assert copy.run("check_audit").returncode == 0
    assert "0 broken" in copy.run("check_files").stdout
    searches_alike(copy)

    held = copy.run("shell", "--command", SENDS_ITS_MAIL)
    assert (held.stdout.split()[-1:], copy.count_mail()) == (["False"], 0), held.stderr
    assert "Mail leaves" in copy.run("restore", "--go-live").stdout
    sent = copy.run("shell", "--command", SENDS_ITS_MAIL)
    assert (sent.stdout.split()[-1:], copy.count_mail()) == (["True"], 1), sent.stderr


@pytest.mark.django_db(transaction=True)
def test_a_copy_may_lie_on_postgresql(tmp_path: Path, postgres_server: Postgres) -> None:
    use_it()
    back_up(tmp_path / "backup")
    postgres_server.create_database("restored")
    copy = Elsewhere(tmp_path / "copy", postgres_server.url("restored"))

    restored = copy.run("restore", str(tmp_path / "backup"))

    assert restored.returncode == 0, restored.stderr
    copy.run("backup", str(tmp_path / "again"))
    assert what_it_says(tmp_path / "again") == what_it_says(tmp_path / "backup")
    assert copy.run("check_audit").returncode == 0
    searches_alike(copy)


def searches_alike(copy: Elsewhere) -> None:
    assert copy.run("check_search").returncode == 0
    found = copy.run("shell", "--command", SEARCHES)
    assert found.stdout.split()[-2:] == ["1", "0"], found.stderr


@pytest.mark.django_db(transaction=True)
def test_a_system_in_use_is_never_written_over(tmp_path: Path) -> None:
    use_it()
    back_up(tmp_path / "backup")
    before = Job.objects.count()
    with pytest.raises(CommandError, match="not empty"):
        call_command("restore", str(tmp_path / "backup"))
    assert Job.objects.count() == before


@pytest.mark.django_db(transaction=True)
def test_an_altered_backup_changes_nothing(tmp_path: Path) -> None:
    use_it()
    back_up(tmp_path / "backup")
    name = DocumentFile.objects.get().object_name
    with (tmp_path / "backup" / "objects" / name).open("r+b") as file:
        file.seek(20)
        file.write(b"\0\0\0\0")
    copy = Elsewhere(tmp_path / "copy")

    refused = copy.run("restore", str(tmp_path / "backup"))

    assert refused.returncode == 1
    assert "is not as it was written" in refused.stderr
    assert not list((tmp_path / "copy").glob("files/*"))


@pytest.mark.django_db(transaction=True)
def test_without_the_master_key_the_operator_is_told_which_one(tmp_path: Path) -> None:
    use_it()
    back_up(tmp_path / "backup")
    refused = Elsewhere(tmp_path / "copy").run(
        "restore", str(tmp_path / "backup"), MASTER_KEYS="another"
    )
    assert refused.returncode == 1
    assert "put it into MASTER_KEYS first" in refused.stderr


@pytest.mark.django_db(transaction=True)
def test_no_key_is_in_the_backup_and_nobody_else_may_read_it(tmp_path: Path) -> None:
    use_it()
    back_up(tmp_path / "backup")
    everything = b"".join(
        path.read_bytes() for path in (tmp_path / "backup").rglob("*") if path.is_file()
    )
    assert not [key for key in settings.MASTER_KEYS if key.encode() in everything]
    assert settings.SECRET_KEY.encode() not in everything
    assert (tmp_path / "backup").stat().st_mode & 0o077 == 0


@pytest.mark.django_db(transaction=True)
def test_an_unfinished_backup_is_none(tmp_path: Path) -> None:
    use_it()
    back_up(tmp_path / "backup")
    (tmp_path / "backup" / "manifest.json").unlink()
    refused = Elsewhere(tmp_path / "copy").run("restore", str(tmp_path / "backup"))
    assert "no finished backup" in refused.stderr


@pytest.mark.django_db(transaction=True)
def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "note").write_text("mine")
    with pytest.raises(CommandError, match="name a new folder"):
        back_up(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["note"]
