"""The post office to USH: what it should know, what it has acknowledged. Knows no device, only keys."""
