"""The post office to USH: what it should know and what it acknowledged. Knows keys, no device."""
