# ruff: noqa: PLC0415  imported only where it is wanted
"""No parsers: what the sandbox is tried with."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any, BinaryIO

from documents.records.parsers.answers import Answer, Stream, Unreadable


def look_around(file: BinaryIO, request: dict[str, Any]) -> Answer:
    """Say what this process can see; the sandbox is checked with it and so are its limits."""
    import socket

    reachable = [name for _, name in socket.if_nameindex()]
    return {
        "environment": sorted(os.environ),
        "networks": reachable,
        "visible": [path for path in request.get("paths", []) if os.path.exists(path)],  # noqa: PTH110
        "bytes": len(file.read()),
    }, b""


def read_ranges(file: BinaryIO, request: dict[str, Any]) -> Stream:
    """Hand on the ranges asked for, one behind the other; a size below zero fails midway."""

    def parts() -> Iterator[bytes]:
        for offset, size in request["ranges"]:
            if size < 0:
                raise Unreadable("damaged")
            file.seek(offset)
            yield file.read(size)

    return {"end": file.seek(0, 2)}, parts()


def ask_badly(file: Any, request: dict[str, Any]) -> Answer:
    """Ask for bytes as nobody should who is served them range by range."""
    line = file.raw.line
    os.write(line, bytes.fromhex(request["question"]))
    while os.read(line, 1 << 20):
        pass
    return {}, b""


def misbehave(_file: BinaryIO, request: dict[str, Any]) -> Answer:
    """Do on purpose what hostile files make parsers do, so that the limits can be tested."""
    how = request["how"]
    if how == "abort":
        os.abort()
    if how == "hang":
        import time

        time.sleep(3600)
    while how == "spin":
        pass
    if how == "eat":
        bytearray(1 << 40)
    if how == "shout":
        return {}, b"x" * request["amount"]
    if how == "litter":
        os.write(1, b"noise of a library\n")
    if how == "raise":
        raise RuntimeError("an error that nobody foresaw")
    return {}, b""
