"""Tags and filters of this room."""
