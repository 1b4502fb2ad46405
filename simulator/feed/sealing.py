"""Seals messages in both ways that the service has, in few lines of its own.

Recipe: the vendor's Pulsar SDKs; ECB with PKCS7, or GCM as nonce + text + tag, both under the
middle sixteen characters of the secret.
"""

import base64
import hashlib
import json
import os

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

BLOCK = 16


def password(client_id: str, secret: str) -> str:
    """Return what a consumer must show."""
    inner = hashlib.md5(secret.encode()).hexdigest()  # noqa: S324 - the vendor's recipe
    return hashlib.md5((client_id + inner).encode()).hexdigest()[8:24]  # noqa: S324


def sealed(document: object, secret: str, *, gcm: bool) -> str:
    """Return a message's text under the key, in base64."""
    text, key = json.dumps(document, ensure_ascii=False).encode(), secret[8:24].encode()
    if gcm:
        nonce = os.urandom(12)
        return base64.b64encode(nonce + AESGCM(key).encrypt(nonce, text, None)).decode()
    short = BLOCK - len(text) % BLOCK
    sealer = Cipher(algorithms.AES(key), modes.ECB()).encryptor()  # noqa: S305 - as the service does
    return base64.b64encode(sealer.update(text + bytes([short]) * short)).decode()
