"""How an instruction ended: the outcomes that every part of Heed speaks of."""

from __future__ import annotations

from enum import IntEnum


class Outcome(IntEnum):
    """How an instruction ended; mirrored one to one in ``heed_interfaces/msg/Outcome.msg``."""

    UNKNOWN = 0
    SUCCEEDED = 1
    REJECTED = 2  # not understood, ambiguous, unknown thing, beyond the robots
    UNSATISFIABLE = 3
    PLANNING_TIMEOUT = 4
    EXECUTION_FAILED = 5
    CANCELED = 6
    INTERNAL_ERROR = 7
    ASKED = 8  # a question is open; nothing moves until it is answered
    UNVERIFIED = 9  # carried out, but observations are missing, so nobody can vouch for it
