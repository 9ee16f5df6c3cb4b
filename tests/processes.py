"""What the kernel says of processes (Linux)."""

from pathlib import Path


def children_of(pid: int) -> list[int]:
    """The processes that it started, and those that these started."""
    children = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        children += [int(word) for word in (task / "children").read_text().split()]
    return children + [below for child in children for below in children_of(child)]


def is_alive(pid: int) -> bool:
    """Whether it runs; one that has ended and was not waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
