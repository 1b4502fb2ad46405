"""The fake voice cloud: takes status reports and remembers what it was told."""
