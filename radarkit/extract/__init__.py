"""From a capture to the motion of the chest."""
