"""The USH client: one POST and what its answer says. No Django, no rule about retrying."""
