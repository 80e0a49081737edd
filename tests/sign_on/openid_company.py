"""A company's OpenID provider on this machine: it checks what it is asked and signs for real.

Whoever visits it is signed in there already. What it says can be bent, as an attacker would.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

import httpx
from joserfc import jwt
from joserfc.jwk import RSAKey

# Making one takes longer than most tests.
KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
CLIENT, SECRET = "atrio", "a secret: with/odd+signs"


class Company:
    """The provider; `email` is who sits before the browser that visits it."""

    def __init__(self, port):
        self.place = f"127.0.0.1:{port}"
        self.issuer = f"http://{self.place}"
        self.key = self.signs_with = KEY
        self.email = "alice@ventorim.example"
        self.metadata = {}  # what it says of itself besides, or otherwise
        self.claims = {}  # what it says of people besides, or otherwise; None leaves a claim out
        self.told = {}  # what it says at its userinfo address
        self.codes = {}
        self.asked = []

    def configuration(self):
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize?tenant=1",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/keys",
        } | self.metadata

    def visit(self, address, **other):
        """Follow an address as a browser does; return where it is led."""
        answer = httpx.get(address, trust_env=False)
        assert answer.status_code == 302, answer.text
        url = urlsplit(answer.headers["location"])
        said = {name: values[0] for name, values in parse_qs(url.query).items()} | other
        said = {name: value for name, value in said.items() if value is not None}
        return f"{url.path}?{urlencode(said)}"

    def authorize(self, asked):
        """Send whoever visits back with a code."""
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT
        assert asked["code_challenge_method"] == "S256"
        assert asked["tenant"] == "1"
        assert {"openid", "email"} <= set(asked["scope"].split())
        code = secrets.token_urlsafe(8)
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def change(self, form, authorization):
        """Change a code for tokens, once, for who can show that it is theirs."""
        name, _, secret = base64.b64decode(authorization.partition(" ")[2]).decode().partition(":")
        asked = self.codes.pop(form.get("code", ""), None)
        challenge = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        digest = base64.urlsafe_b64encode(challenge).rstrip(b"=").decode()
        if (
            (unquote(name), unquote(secret)) != (CLIENT, SECRET)
            or asked is None
            or digest != asked["code_challenge"]
            or form["redirect_uri"] != asked["redirect_uri"]
        ):
            return None
        return {"access_token": "for-userinfo", "token_type": "Bearer", "id_token": self.say(asked)}

    def say(self, asked):
        """Return the id token."""
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": "4711",
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            "email": self.email,
        } | self.claims
        claims = {name: value for name, value in claims.items() if value is not None}
        header = {"alg": "RS256", "kid": "one"}
        return jwt.encode(header, claims, self.signs_with)


@contextmanager
def working():
    """Let a company's provider answer, on a port of its own, for the length of the block."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            url = urlsplit(self.path)
            asked = {name: values[0] for name, values in parse_qs(url.query).items()}
            company.asked.append(url.path)
            if url.path == "/.well-known/openid-configuration":
                self.answer(company.configuration())
            elif url.path == "/keys":
                self.answer({"keys": [company.key.as_dict(private=False)]})
            elif url.path == "/userinfo":
                known = self.headers["authorization"] == "Bearer for-userinfo"
                self.answer(company.told if known else None)
            elif url.path == "/authorize":
                self.send_response(302)
                self.send_header("location", company.authorize(asked))
                self.send_header("content-length", "0")
                self.end_headers()
            else:
                self.answer(None)

        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self.answer(company.change(form, self.headers["authorization"] or ""))

        def answer(self, said):
            body = json.dumps(said or {"error": "invalid_grant"}).encode()
            self.send_response(200 if said else 400)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args):
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    company = Company(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield company
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
