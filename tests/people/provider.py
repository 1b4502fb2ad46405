"""A small OpenID Connect provider: discovery, keys, the code flow with PKCE, and userinfo.

It signs in whom the test names, at once, and remembers what Fleet asked of it.
"""

import base64
import hashlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "fleet", "between us"


class Provider:
    """Who is signed in next, and what was asked."""

    def __init__(self):
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.claims = {"sub": "1"}
        self.issuer = self.audience = ""
        self.codes, self.asked = {}, []
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                provider.answer(self, {})

            def do_POST(self):
                length = int(self.headers.get("Content-Length") or 0)
                provider.answer(self, first(parse_qs(self.rfile.read(length).decode())))

            def log_message(self, *_words):
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.issuer, self.audience = self.url, CLIENT
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def answer(self, handler, posted):
        path = urlsplit(handler.path)
        self.asked.append(path.path)
        what = {
            "/.well-known/openid-configuration": self.discovery,
            "/keys": self.keys,
            "/authorize": self.authorize,
            "/token": self.token,
            "/me": self.me,
        }[path.path]
        status, headers, body = what(first(parse_qs(path.query)), posted, handler.headers)
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(json.dumps(body).encode())

    def discovery(self, *_):
        return found(
            {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "userinfo_endpoint": f"{self.url}/me",
                "jwks_uri": f"{self.url}/keys",
                "response_types_supported": ["code"],
                "token_endpoint_auth_methods_supported": ["client_secret_post"],
            }
        )

    def keys(self, *_):
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return found({"keys": [public | {"kid": "one", "use": "sig", "alg": "RS256"}]})

    def authorize(self, query, *_):
        code = f"code-{len(self.codes)}"
        self.codes[code] = query
        back = urlencode({"code": code, "state": query["state"]})
        return 302, {"Location": f"{query['redirect_uri']}?{back}"}, {}

    def token(self, _query, posted, _headers):
        asked = self.codes.pop(posted["code"])
        digest = hashlib.sha256(posted["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        known = (posted["client_id"], posted["client_secret"]) == (CLIENT, SECRET)
        if not known or challenge != asked["code_challenge"]:
            return 400, {"Content-Type": "application/json"}, {"error": "invalid_grant"}
        said = {"iss": self.issuer, "aud": self.audience, "exp": int(time.time()) + 60}
        said |= {"iat": int(time.time())} | self.claims
        signed = jwt.encode(said, self.key, "RS256", headers={"kid": "one"})
        return found({"access_token": "a", "token_type": "Bearer", "id_token": signed})

    def me(self, *_):
        return found(self.claims)


def found(body):
    return 200, {"Content-Type": "application/json"}, body


def first(values):
    return {name: value[0] for name, value in values.items()}
