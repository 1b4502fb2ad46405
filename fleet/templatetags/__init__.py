"""Tags that templates of every room may ask for."""
