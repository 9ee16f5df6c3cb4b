"""A real web server with one family in it, which can be killed, or dies by itself at a point.

`python -m tests.records.web_process` makes the family in DATA_DIR and prints how to sign in;
`application` is the product's, with the patches that DIE_AT names.
"""

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from tests.servers import find_free_port, start_server, wait_for_server

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "a" * 32  # against forged requests: cookie and header must say the same
APART = ("DATABASE_URL", "BROKER_URL", "CACHE_URL", "SITE_URL", "S3_BUCKET")


def die(*_args: object, **_kwargs: object) -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise SystemExit


def make_application() -> Any:
    from navigator.wsgi import application as product  # noqa: PLC0415  # sets Django up

    point = os.environ.get("DIE_AT", "")
    if point == "after_the_object":
        from documents.records import keeping  # noqa: PLC0415

        vars(keeping)["queue_scan"] = die  # inside the transaction, the object is stored
    elif point == "before_the_answer":
        from navigator.sending import pieces  # noqa: PLC0415

        vars(pieces)["write_receipt"] = die
    return product


def make_family() -> None:
    import django  # noqa: PLC0415

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "navigator.settings")
    django.setup()
    from django.core.management import call_command  # noqa: PLC0415

    call_command("migrate", verbosity=0, interactive=False)
    from tests import make  # noqa: PLC0415
    from tests.portal.family import sign_in  # noqa: PLC0415

    cast = make.cast()
    session = sign_in(cast.parent).cookies["session"].value
    sys.stdout.write(json.dumps({"case": str(cast.case.pk), "session": session}) + "\n")


@dataclass
class Web:
    """The server of one installation, and the family's browser."""

    folder: Path
    variables: dict[str, str]
    told: dict[str, str] = field(default_factory=dict)
    port: int = 0
    process: "subprocess.Popen[bytes] | None" = None

    def run(self, *words: str) -> str:
        done = subprocess.run(
            [sys.executable, *words],
            cwd=ROOT,
            env=self.variables,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    def start(self, *, die_at: str = "") -> None:
        self.port = find_free_port()
        command = [
            *(sys.executable, "-m", "gunicorn", "tests.records.web_process:make_application()"),
            *("--bind", f"127.0.0.1:{self.port}", "--preload", "--worker-class", "gthread"),
            *("--threads", "4", "--workers", "2", "--timeout", "60"),
        ]
        log = self.folder / "web.log"
        variables = {**self.variables, "DIE_AT": die_at}
        self.process = start_server(command, log, cwd=ROOT, env=variables)
        wait_for_server(self.process, log, self.answers)

    def answers(self) -> bool:
        with contextlib.suppress(OSError, http.client.HTTPException):
            return self.ask("GET", "/healthz").status == http.HTTPStatus.OK
        return False

    def kill(self) -> None:
        """All of it at once, without a word."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)

    def headers(self, **more: str) -> dict[str, str]:
        named = {name.replace("_", "-"): value for name, value in more.items()}
        cookie = f"session={self.told.get('session', '')}; csrf={TOKEN}"
        return {"Cookie": cookie, "X-CSRFToken": TOKEN, "Tus-Resumable": "1.0.0", **named}

    def ask(self, method: str, path: str, **headers: str) -> http.client.HTTPResponse:
        with contextlib.closing(self.connect()) as connection:
            connection.request(method, path, headers=self.headers(**headers))
            answer = connection.getresponse()
            answer.body = answer.read()  # type: ignore[attr-defined]  # kept beside the answer
            return answer

    def begin(self, size: int) -> str:
        where = f"/portal/case/{self.told['case']}/uploads/"
        answer = self.ask("POST", where, Upload_Length=str(size))
        assert answer.status == http.HTTPStatus.CREATED, answer.status
        return answer.headers["Location"]

    def offset(self, where: str) -> int:
        return int(self.ask("HEAD", where).headers["Upload-Offset"])

    def count(self, code: str) -> str:
        """What a line of Python says in this installation."""
        setup = "import django; django.setup(); from documents.records.models import *; "
        audit = "from cases.accounts.models import AuditEvent; "
        return self.run("-c", setup + audit + code).splitlines()[-1]


@contextlib.contextmanager
def run_web(folder: Path, **variables: str) -> Iterator[Web]:
    kept = {name: value for name, value in os.environ.items() if name not in APART}
    mine = {"DATA_DIR": str(folder), "PYTHONWARNINGS": "ignore", "LOG_LEVEL": "CRITICAL"}
    settings = {"DJANGO_SETTINGS_MODULE": "navigator.settings"}
    web = Web(folder, {**kept, **settings, **mine, **variables})
    web.told = json.loads(web.run("-m", "tests.records.web_process").splitlines()[-1])
    try:
        yield web
    finally:
        web.kill()


def wait_until_dead(web: Web, seconds: float = 10.0) -> None:
    """Until no request is in a worker any more that was killed: its locks are gone."""
    until = time.monotonic() + seconds
    while not web.answers():
        assert time.monotonic() < until
        time.sleep(0.1)


if __name__ == "__main__":
    make_family()
