"""Tests of the reader of free English."""
