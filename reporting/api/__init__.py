"""Delivery over REST: what waits, what is stuck, what was sent, and what staff may do about it."""
