"""Code 39 as an SVG, for the accession labels on the reports. It can really be scanned."""

from __future__ import annotations

CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%*"
# Nine elements a character, bar first, n narrow and w wide; in the order of CHARACTERS,
# ten places apart.
PATTERNS = (
    "nnnwwnwnn wnnwnnnnw nnwwnnnnw wnwwnnnnn nnnwwnnnw wnnwwnnnn nnwwwnnnn nnnwnnwnw wnnwnnwnn "
    "nnwwnnwnn wnnnnwnnw nnwnnwnnw wnwnnwnnn nnnnwwnnw wnnnwwnnn nnwnwwnnn nnnnnwwnw wnnnnwwnn "
    "nnwnnwwnn nnnnwwwnn wnnnnnnww nnwnnnnww wnwnnnnwn nnnnwnnww wnnnwnnwn nnwnwnnwn nnnnnnwww "
    "wnnnnnwwn nnwnnnwwn nnnnwnwwn wwnnnnnnw nwwnnnnnw wwwnnnnnn nwnnwnnnw wwnnwnnnn nwwnwnnnn "
    "nwnnnnwnw wwnnnnwnn nwwnnnwnn nwnwnwnnn nwnwnnnwn nwnnnwnwn nnnwnwnwn nwnnwnwnn "
)
WIDTHS = {"n": 1, "w": 3}


def draw_code39(text: str) -> str:
    """Draw the text between its start and stop signs; other characters are left out."""
    shapes, left = [], 0
    for character in f"*{''.join(c for c in text.upper() if c in CHARACTERS and c != '*')}*":
        place = CHARACTERS.index(character) * 10
        for element, width in enumerate(PATTERNS[place : place + 9]):
            if element % 2 == 0:
                shapes.append(f"M{left} 0h{WIDTHS[width]}v24h-{WIDTHS[width]}z")
            left += WIDTHS[width]
        left += 1
    return (
        f'<svg class="barcode" viewBox="0 0 {left} 24" preserveAspectRatio="none">'
        f'<path d="{"".join(shapes)}"/></svg>'
    )
