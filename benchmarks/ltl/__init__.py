"""Lifted sentences into temporal formulas, on published data."""
