"""Decoding, metrics, baselines and the report."""
