"""Work that leaves a countable effect, run by real workers that are killed without warning."""
