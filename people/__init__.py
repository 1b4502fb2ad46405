"""Users' roles and rights, REST tokens and sign-in. Knows nothing of devices."""
