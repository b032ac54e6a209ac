"""Gold answers for the translation of free instructions."""
