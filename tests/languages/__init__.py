"""The families' languages: complete, faithful to the English, fresh, and free of promises."""
