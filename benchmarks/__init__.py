"""Benchmarks of the whole system; ``make bench`` or ``python -m benchmarks`` runs them all."""
