"""Raw radar captures: configuration, layouts, readers and writers."""
