"""What can be done on a case's page. Importing the package registers every action."""

from navigator.desk.actions import casework, clinical, correspondence, travel
from navigator.desk.actions.casework import open_new_case
from navigator.desk.actions.registry import do_case_action

__all__ = [
    "casework",
    "clinical",
    "correspondence",
    "do_case_action",
    "open_new_case",
    "travel",
]
