"""What the start says about the way to USH."""
