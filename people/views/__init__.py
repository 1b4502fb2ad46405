"""Pages of this room: sign-in, one's own account, and the staff for admins."""
