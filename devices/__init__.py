"""The mirror of the device cloud, its history, and staff's hands on it."""
