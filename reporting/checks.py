"""System checks of this room's settings."""
