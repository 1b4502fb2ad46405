"""The fake device cloud: its envelope, tokens, reads, writes and lists."""
