"""Lifted sentences, with placeholders for what is to be done, into temporal formulas."""
