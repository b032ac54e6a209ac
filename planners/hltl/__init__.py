"""Team planning for hierarchical LTL: from a specification to a collision-free team plan, and to another one."""

from planners.hltl.planner import plan
from planners.hltl.replan import replan

__all__ = ["plan", "replan"]
