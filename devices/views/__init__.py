"""Pages of devices: permission, one read, a template. Decisions live below."""
