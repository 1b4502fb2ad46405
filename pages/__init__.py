"""What every page shares: template tags, the live stream, static files. Knows no device."""
