"""Losses, trainer and checkpoints."""
