"""What every REST call shares: cursors, problem answers, idempotency keys. Knows no domain."""
