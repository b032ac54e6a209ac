"""The only place where our types meet ROS messages: one pair of functions per type.

``<type>_to_msg`` and ``<type>_from_msg`` are inverses of each other, up to the resolution of ROS
time (nanoseconds) and the float width of the message.
"""

from __future__ import annotations

from heed.conversions.common import (
    outcome_from_msg,
    outcome_to_msg,
    time_from_msg,
    time_to_msg,
    timings_from_fields,
    timings_to_fields,
)
from heed.conversions.dialogue import (
    question_from_msg,
    question_to_msg,
    reply_from_msg,
    reply_to_msg,
    session_from_msg,
    session_to_msg,
    spoken_from_msg,
    spoken_to_msg,
    utterance_from_request,
    utterance_to_request,
)
from heed.conversions.fleet import (
    cells_from_msg,
    cells_to_msg,
    command_from_goal,
    command_to_goal,
    event_from_msg,
    event_to_msg,
    result_from_msg,
    result_to_msg,
    state_from_msg,
    state_to_msg,
)
from heed.conversions.mission import (
    plan_from_msg,
    plan_to_msg,
    report_from_msg,
    report_to_msg,
    rule_from_msg,
    rule_to_msg,
    situation_from_msg,
    situation_to_msg,
    specification_from_msg,
    specification_to_msg,
    status_from_msg,
    status_to_msg,
    tree_from_msg,
    tree_to_msg,
)

__all__ = [
    "cells_from_msg",
    "cells_to_msg",
    "command_from_goal",
    "command_to_goal",
    "event_from_msg",
    "event_to_msg",
    "outcome_from_msg",
    "outcome_to_msg",
    "plan_from_msg",
    "plan_to_msg",
    "question_from_msg",
    "question_to_msg",
    "reply_from_msg",
    "reply_to_msg",
    "report_from_msg",
    "report_to_msg",
    "result_from_msg",
    "result_to_msg",
    "rule_from_msg",
    "rule_to_msg",
    "session_from_msg",
    "session_to_msg",
    "situation_from_msg",
    "situation_to_msg",
    "specification_from_msg",
    "specification_to_msg",
    "spoken_from_msg",
    "spoken_to_msg",
    "state_from_msg",
    "state_to_msg",
    "status_from_msg",
    "status_to_msg",
    "time_from_msg",
    "time_to_msg",
    "timings_from_fields",
    "timings_to_fields",
    "tree_from_msg",
    "tree_to_msg",
    "utterance_from_request",
    "utterance_to_request",
]
