"""Pure rules: what an email address tells of a company."""

from __future__ import annotations

# Addresses that many people share: they tell of a provider, not of a company.
_OF_EVERYBODY = """
    aol.com bk.ru bol.com.br free.fr freenet.de gmail.com gmx.de gmx.net googlemail.com
    hotmail.com icloud.com ig.com.br laposte.net list.ru live.com mail.ru orange.fr outlook.com
    proton.me protonmail.com t-online.de terra.com.br uol.com.br wanadoo.fr web.de yahoo.com
    yahoo.com.br yandex.ru
"""
_PROVIDERS = frozenset(_OF_EVERYBODY.split())


def is_of_everybody(domain: str) -> bool:
    """Say whether addresses of this domain tell nothing of who has them: a provider's."""
    return domain.casefold() in _PROVIDERS


def is_of_domain(email: str, domain: str) -> bool:
    """Say whether an address belongs to a company's own domain, which no provider's is."""
    own = email.rpartition("@")[2].casefold()
    return bool(own) and own == domain.casefold() and not is_of_everybody(own)
