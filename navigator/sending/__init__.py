"""Sending papers from a browser: in pieces, or by a plain form; the same for a family and staff."""
