"""Figures of corrections on a running fleet."""
