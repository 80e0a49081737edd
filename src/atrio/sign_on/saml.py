"""A company's SAML identity provider: the way out to it, and who it says has come.

The request goes by redirect, the answer comes by a form from the company's site. Only a signed
assertion is believed, for us, now, once, as the answer to what we have asked: nobody comes in
whom their company sends without being asked.
"""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

from django.core.cache import cache
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from atrio.kernel.errors import OutsideFailure, Refused
from atrio.sign_on.models import Provider
from atrio.sign_on.oidc import nobody

BY_REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
BY_FORM = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
_EMAIL = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
_UNSPECIFIED = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"
# How companies call an address among the attributes.
_NAMES = (
    "email",
    "mail",
    "urn:oid:0.9.2342.19200300.100.1.3",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
)
MOST_METADATA = 500_000  # characters
_SECONDS = 3600  # longer than any assertion may live


class Metadata(NamedTuple):
    """What an identity provider says of itself."""

    issuer: str
    sso_url: str
    certificates: list[str]


class NoMetadata(Refused):
    """This is not what an identity provider says of itself."""


def read_metadata(typed: str) -> Metadata:
    """Return what a file of metadata says. Raises NoMetadata."""
    # Where no company uses SAML its library is not loaded: it takes megabytes.
    from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser as Parser

    refused = NoMetadata(_("This is no metadata of a SAML identity provider with a certificate."))
    if not typed.strip() or len(typed) > MOST_METADATA:
        raise refused
    try:
        said = Parser.parse(typed.strip().encode(), required_sso_binding=BY_REDIRECT)["idp"]
        several = said.get("x509certMulti", {}).get("signing", [])
        certificates = [*several, *([said["x509cert"]] if "x509cert" in said else [])]
        found = Metadata(said["entityId"], said["singleSignOnService"]["url"], certificates)
    # Its reader raises what it likes: wrong XML, entities, missing parts.
    except Exception as error:
        raise refused from error
    if not found.certificates:
        raise refused
    return found


def begin(request: HttpRequest, provider: Provider, *, relay: str) -> tuple[str, str]:
    """Return where somebody is sent, and the id of what is asked there. Raises OutsideFailure."""
    from onelogin.saml2.auth import OneLogin_Saml2_Auth
    from onelogin.saml2.errors import OneLogin_Saml2_Error

    try:
        asking = OneLogin_Saml2_Auth(_as_told(request, provider), _settings(request, provider))
        url = asking.login(return_to=relay)
    except OneLogin_Saml2_Error as error:
        raise OutsideFailure(str(error)) from error
    return str(url), str(asking.get_last_request_id())


def who_came(request: HttpRequest, provider: Provider, *, asked: str) -> str:
    """Return the address of whom the posted answer to the request `asked` is about.

    Raises NobodyCame.
    """
    from onelogin.saml2.errors import OneLogin_Saml2_Error, OneLogin_Saml2_ValidationError
    from onelogin.saml2.response import OneLogin_Saml2_Response
    from onelogin.saml2.settings import OneLogin_Saml2_Settings

    settings = OneLogin_Saml2_Settings(_settings(request, provider))
    try:
        answer = OneLogin_Saml2_Response(settings, request.POST.get("SAMLResponse", ""))
        told = _as_told(request, provider)
        if not answer.is_valid(told, request_id=asked):
            raise nobody(f"SAML: {answer.get_error()}"[:300])
        _refuse_what_the_library_lets_pass(request, provider, answer, asked)
        email = _address(answer)
    except (
        OneLogin_Saml2_Error,
        OneLogin_Saml2_ValidationError,
        ValueError,
        AttributeError,
        TypeError,
        SyntaxError,
    ) as error:
        raise nobody(f"SAML: {type(error).__name__}") from error
    if not cache.add(f"sign_on.assertion:{provider.pk}:{answer.get_assertion_id()}", 1, _SECONDS):
        raise nobody("SAML: said before")
    return email


def _refuse_what_the_library_lets_pass(
    request: HttpRequest, provider: Provider, answer: Any, asked: str
) -> None:
    """Refuse an assertion that does not say, where it is signed, for whom and to what it is."""
    place = _back(request, provider)
    # This looks into what is signed alone, whatever else stands in the answer.
    path = "/saml:Subject/saml:SubjectConfirmation/saml:SubjectConfirmationData"
    confirmed = answer._query_assertion(path)  # noqa: SLF001
    if answer.get_in_response_to() != asked or not confirmed:
        raise nobody("SAML: nothing was asked of it")
    for each in confirmed:
        said = {each.get("InResponseTo"), each.get("Recipient")}
        if said != {asked, place} or not each.get("NotOnOrAfter"):
            raise nobody("SAML: an answer to something else")
    if _entity(request, provider) not in answer.get_audiences():
        raise nobody("SAML: no audience")


def _address(answer: Any) -> str:
    attributes = answer.get_attributes()
    for name in _NAMES:
        values = attributes.get(name) or []
        if len(values) == 1 and isinstance(values[0], str):
            return values[0].strip().lower()
    if answer.get_nameid_format() in {_EMAIL, _UNSPECIFIED, None}:
        return str(answer.get_nameid() or "").strip().lower()
    raise nobody("SAML: no address")


def metadata_of_ours(request: HttpRequest, provider: Provider) -> str:
    """Return what we say of ourselves to an identity provider."""
    from onelogin.saml2.settings import OneLogin_Saml2_Settings

    said = OneLogin_Saml2_Settings(_settings(request, provider), sp_validation_only=True)
    found: bytes | str = said.get_sp_metadata()
    return found.decode() if isinstance(found, bytes) else found


def _address_of(name: str, request: HttpRequest, provider: Provider) -> str:
    return request.build_absolute_uri(reverse(name, args=[provider.pk]))


_back = partial(_address_of, "company_saml")
_entity = partial(_address_of, "company_metadata")


def _settings(request: HttpRequest, provider: Provider) -> dict[str, Any]:
    return {
        "strict": True,
        "debug": False,
        "sp": {
            "entityId": _entity(request, provider),
            "assertionConsumerService": {"url": _back(request, provider), "binding": BY_FORM},
            "NameIDFormat": _EMAIL,
        },
        "idp": {
            "entityId": provider.issuer,
            "singleSignOnService": {"url": provider.sso_url, "binding": BY_REDIRECT},
            "x509certMulti": {"signing": list(provider.certificates)},
        },
        "security": {
            "wantAssertionsSigned": True,
            "wantNameId": True,
            "wantAttributeStatement": False,
            "requestedAuthnContext": False,
            "rejectDeprecatedAlgorithm": True,
            # A house may have a name without a dot; which addresses are safe is checked by us.
            "allowSingleLabelDomains": True,
            "signatureAlgorithm": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
            "digestAlgorithm": "http://www.w3.org/2001/04/xmlenc#sha256",
        },
    }


def _as_told(request: HttpRequest, provider: Provider) -> dict[str, Any]:
    """Return the request as the library reads it; where we are is what we say ourselves."""
    return {
        "https": "on" if request.is_secure() else "off",
        "http_host": request.get_host(),
        "script_name": reverse("company_saml", args=[provider.pk]),
        "get_data": {},
        "post_data": {},
    }
