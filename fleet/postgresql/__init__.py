"""Django's way to PostgreSQL with its most frequent value, a moment, read the short way."""
