"""The word that is planted, and the files that hold it."""

CANARY = "Quetzalvane"
"""Stands in no template, fixture or dictionary: where it is seen, something of the case is."""

ORIGINAL = f"%PDF-1.4 letter of {CANARY}".encode()
PREVIEW = b"\xff\xd8\xff\xe0 picture of " + CANARY.encode()
DOSSIER = f"%PDF-1.7 dossier of {CANARY}".encode()
