"""Synthetic demonstration cases: report PDFs, what they say, and how they are typeset."""
