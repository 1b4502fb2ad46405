"""The device cloud's client: signs, asks, checks, decodes.

Knows no Django and keeps no state but its token.
"""
