"""Cleanup World as abstract MDPs (Gopalan et al. 2017; Arumugam et al. 2017): plans at the level of a command."""

from planners.amdp.planner import solve
from planners.amdp.team import ENGINE, plan_amdp

__all__ = ["ENGINE", "plan_amdp", "solve"]
