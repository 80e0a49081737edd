"""A company's SAML identity provider: it reads what it is asked, and signs for real."""

from __future__ import annotations

import base64
import zlib
from datetime import UTC, datetime, timedelta
from functools import cache
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from lxml import etree
from onelogin.saml2.constants import OneLogin_Saml2_Constants as Names
from onelogin.saml2.utils import OneLogin_Saml2_Utils as Utils

ENTITY, PLACE = "https://id.ventorim.example/saml", "https://id.ventorim.example/sso"
SHA256 = (Names.RSA_SHA256, Names.SHA256)
SHA1 = (Names.RSA_SHA1, Names.SHA1)


@cache
def key_and_certificate(name="id.ventorim.example"):
    """Return a key and a certificate over it, both as PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .sign(key, hashes.SHA256())
    )
    kind = serialization.PrivateFormat.PKCS8
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, kind, serialization.NoEncryption())
    return private.decode(), certificate.public_bytes(pem).decode()


def metadata(*, certificate=True, place=PLACE):
    """Return what it says of itself."""
    body = "".join(key_and_certificate()[1].splitlines()[1:-1])
    key = (
        '<md:KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>'
        f"{body}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
    )
    return (
        f'<md:EntityDescriptor xmlns:md="{Names.NS_MD}" xmlns:ds="{Names.NS_DS}"'
        f' entityID="{ENTITY}"><md:IDPSSODescriptor protocolSupportEnumeration="{Names.NS_SAMLP}">'
        f"{key if certificate else ''}<md:SingleSignOnService"
        f' Binding="{Names.BINDING_HTTP_REDIRECT}" Location="{place}"/>'
        "</md:IDPSSODescriptor></md:EntityDescriptor>"
    )


class Asked:
    """A request as it arrives: its id, where the answer goes, who asks."""

    def __init__(self, address):
        query = parse_qs(urlsplit(address).query)
        request = zlib.decompress(base64.b64decode(query["SAMLRequest"][0]), -15)
        root = etree.fromstring(request)
        assert root.get("Destination") == PLACE
        self.relay = query["RelayState"][0]
        self.id, self.back = root.get("ID"), root.get("AssertionConsumerServiceURL")
        self.by = root.findtext(f"{{{Names.NS_SAML}}}Issuer")


def stamp(seconds):
    return (datetime.now(UTC) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def said(asked, *, email="alice@ventorim.example", attribute=None, **other):
    """Return an unsigned assertion about somebody, and the response around it, as two texts."""
    known = {
        "issuer": ENTITY,
        "audience": asked.by,
        "recipient": asked.back,
        "destination": asked.back,
        "answers": asked.id,
        "response_answers": asked.id,
        "until": stamp(300),
        "id": f"_{uuid4().hex}",
        "format": "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
    } | other
    audience = (
        f"<saml:AudienceRestriction><saml:Audience>{known['audience']}</saml:Audience>"
        "</saml:AudienceRestriction>"
        if known["audience"]
        else ""
    )
    answers = f' InResponseTo="{known["answers"]}"' if known["answers"] else ""
    attributes = (
        '<saml:AttributeStatement><saml:Attribute Name="mail"><saml:AttributeValue>'
        f"{attribute}</saml:AttributeValue></saml:Attribute></saml:AttributeStatement>"
        if attribute
        else ""
    )
    assertion = (
        f'<saml:Assertion xmlns:saml="{Names.NS_SAML}" ID="{known["id"]}" Version="2.0"'
        f' IssueInstant="{stamp(0)}"><saml:Issuer>{known["issuer"]}</saml:Issuer><saml:Subject>'
        f'<saml:NameID Format="{known["format"]}">{email}</saml:NameID>'
        f'<saml:SubjectConfirmation Method="{Names.CM_BEARER}"><saml:SubjectConfirmationData'
        f'{answers} NotOnOrAfter="{known["until"]}" Recipient="{known["recipient"]}"/>'
        f'</saml:SubjectConfirmation></saml:Subject><saml:Conditions NotBefore="{stamp(-60)}"'
        f' NotOnOrAfter="{known["until"]}">{audience}</saml:Conditions>'
        f'<saml:AuthnStatement AuthnInstant="{stamp(0)}"><saml:AuthnContext>'
        "<saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password"
        "</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>"
        f"{attributes}</saml:Assertion>"
    )
    replies = f' InResponseTo="{known["response_answers"]}"' if known["response_answers"] else ""
    around = (
        f'<samlp:Response xmlns:samlp="{Names.NS_SAMLP}" xmlns:saml="{Names.NS_SAML}"'
        f' ID="_{uuid4().hex}" Version="2.0" IssueInstant="{stamp(0)}"{replies}'
        f' Destination="{known["destination"]}"><saml:Issuer>{ENTITY}</saml:Issuer><samlp:Status>'
        f'<samlp:StatusCode Value="{Names.STATUS_SUCCESS}"/></samlp:Status>%s</samlp:Response>'
    )
    return assertion, around


def signed(text, *, by=None, how=SHA256):
    """Return a text with its signature, made by the company's key or by another."""
    key, certificate = by or key_and_certificate()
    return Utils.add_sign(text, key, certificate, False, *how).decode()


def packed(text):
    """Return a response as a form carries it."""
    return base64.b64encode(text.encode()).decode()


def answer(asked, *, by=None, how=SHA256, **other):
    """Return what is posted back: a response with a signed assertion."""
    assertion, around = said(asked, **other)
    signed_one = signed(assertion, by=by, how=how)
    return {"SAMLResponse": packed(around % signed_one), "RelayState": asked.relay}
