"""Time-frequency pictures on an explicit frequency grid."""
