"""Commands of the wiring. Each is a few lines around a function."""
