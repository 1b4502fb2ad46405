"""What can be run by hand."""
