"""What can go wrong on the road to USH, by what is known afterwards."""


class UndeliveredError(Exception):
    """USH was not reached: nothing was told (name, connection, TLS, no free connection)."""


class UnansweredError(Exception):
    """The request left and no whole answer came back: nobody knows whether it was applied."""
