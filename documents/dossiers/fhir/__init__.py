"""A case as an FHIR R4 document with mCODE profiles: gathered once, built purely, read back."""
