"""The vendor's message service: what happens is pushed to one consumer, sealed and kept."""
