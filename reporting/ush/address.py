"""Says which addresses no report is ever sent to: a machine's own link and cloud metadata. Pure.

The name in the settings is checked when they are read; this is about where it led in the end.
"""

from ipaddress import IPv6Address, ip_address

METADATA = {ip_address("100.100.100.200"), ip_address("fd00:ec2::254")}  # beyond link-local ones


def forbidden(address: str) -> bool:
    """Say whether a connected peer is link-local, a metadata service or no single machine."""
    try:
        found = ip_address(address.split("%", maxsplit=1)[0])
    except ValueError:
        return False
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    return found.is_link_local or found.is_multicast or found in METADATA
