"""Multi-task strategies."""
