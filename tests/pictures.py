"""Pictures for the README: pages of the journey's installation, and a page of a sample dossier.

`python -m tests.pictures` runs the journey of `tests/journey`, which keeps a picture of every page
it comes to, and takes the ones that the README shows.
"""

import os
import subprocess
import sys
from pathlib import Path

import django
import pypdfium2
from PIL import Image

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "navigator.settings")
django.setup()

from documents.dossiers.render import render_dossier  # noqa: E402  # needs the settings
from tests.dossiers.sample_contents import FULL  # noqa: E402

ROOT = Path(__file__).resolve().parents[1]
MADE = ROOT / "build" / "pictures"
SHOWN = ROOT / "docs" / "pictures"
WIDTH = 900
CHOSEN = {
    "review.png": ("review-desk.png", 1100),
    "portal.png": ("portal-home-phone.png", 844),
    "my-day.png": ("my-day-desk.png", 900),
}


def main() -> None:
    subprocess.run([sys.executable, "-m", "pytest", "tests/journey", "-q"], cwd=ROOT, check=True)
    SHOWN.mkdir(exist_ok=True)
    for name, (taken, height) in CHOSEN.items():
        with Image.open(MADE / taken) as picture:
            save(picture.crop((0, 0, picture.width, min(height, picture.height))), name)
    with pypdfium2.PdfDocument(render_dossier(FULL)) as dossier:
        save(dossier[0].render(scale=1.5).to_pil(), "dossier.png")


def save(picture: Image.Image, name: str) -> None:
    if picture.width > WIDTH:
        picture = picture.resize((WIDTH, picture.height * WIDTH // picture.width))
    picture.convert("P", palette=Image.Palette.ADAPTIVE, colors=128).save(
        SHOWN / name, optimize=True
    )


if __name__ == "__main__":
    main()
