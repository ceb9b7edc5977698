"""Hearts, chests, noise and the radar that looks at them."""
