"""Team planning for hierarchical LTL: from a specification to a collision-free team plan."""

from planners.hltl.planner import plan

__all__ = ["plan"]
