"""Makes `.venv/` on a machine that has only Python.

Everything here runs before any dependency is installed, so it imports the standard library
and nothing else. All it says goes to standard error: the output of the command that was
asked for stays clean.
"""
