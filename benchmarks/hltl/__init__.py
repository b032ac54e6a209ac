"""Measures the planner for cases."""

import os
from pathlib import Path

#: The published cases: in the data folder beside the repository, or where HEED_DATA says.
PUBLISHED = Path(os.environ.get("HEED_DATA", Path(__file__).parents[3] / "shared/data")) / "hltl_cases"
