"""News from background work."""

from django.dispatch import Signal

# Sent in the transaction that gives a job up. Arguments: job, now.
job_given_up = Signal()

# Sent once a minute by the timetable; rooms queue what has fallen due. Arguments: now.
minute_passed = Signal()
