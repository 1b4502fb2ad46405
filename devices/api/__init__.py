"""REST calls of the mirror. They read, or ask a door; no rule lives here."""
