"""`python -m tests.samples.typeset [CASE ...]`: set the sample reports again, and the extra files.

`--check` writes nothing and fails where the stored bytes differ from what would be set.
"""

from __future__ import annotations

import argparse
import sys

from tests.samples.load import case_slugs, load_case
from tests.samples.shapes import SAMPLES, SampleCase
from tests.samples.typeset.extras import make_extras
from tests.samples.typeset.press import set_report


def set_case(case: SampleCase) -> dict[str, bytes]:
    return {f"{case.slug}/{file.name}": set_report(case, file) for file in case.files}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.samples.typeset", description=__doc__)
    parser.add_argument("cases", nargs="*", help="slugs of cases; all, and the extras, if none")
    parser.add_argument("--check", action="store_true", help="compare only")
    options = parser.parse_args(arguments)
    made: dict[str, bytes] = {}
    for slug in options.cases or case_slugs():
        made |= set_case(load_case(slug))
    if not options.cases:
        made |= make_extras(made)
    changed = [name for name, content in made.items() if _stored(name) != content]
    for name in changed:
        sys.stdout.write(f"{'differs' if options.check else 'set'}: {name}\n")
        if not options.check:
            (SAMPLES / name).parent.mkdir(exist_ok=True)
            (SAMPLES / name).write_bytes(made[name])
    size = sum(map(len, made.values())) / 1e6
    sys.stdout.write(f"{len(made)} files, {size:.2f} MB, {len(changed)} changed\n")
    return 1 if options.check and changed else 0


def _stored(name: str) -> bytes | None:
    path = SAMPLES / name
    return path.read_bytes() if path.exists() else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
