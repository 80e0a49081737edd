"""What the shop says, in the languages of its customers.

A shop of somebody else's knows nothing of our translations, so it has a small table of its own.
"""

from __future__ import annotations

from collections.abc import Mapping

LANGUAGES = ("en", "pt-br", "de", "fr", "es", "ru")

# In the order of LANGUAGES.
_TEXTS: Mapping[str, tuple[str, str, str, str, str, str]] = {
    "tagline": (
        "Tools and protective gear",
        "Ferramentas e proteção",
        "Werkzeug und Schutzausrüstung",
        "Outils et protection",
        "Herramientas y protección",
        "Инструменты и защита",
    ),
    "welcome": (
        "Come in with your customer account: no second password, and your own prices.",
        "Entre com a sua conta de cliente: sem outra senha e com os seus preços.",
        "Kommen Sie mit Ihrem Kundenkonto herein: ohne zweites Passwort und zu Ihren Preisen.",
        "Entrez avec votre compte client : sans autre mot de passe, à vos propres prix.",
        "Entre con su cuenta de cliente: sin otra contraseña y con sus propios precios.",
        "Войдите со своим счётом клиента: без второго пароля и по вашим ценам.",
    ),
    "come_in": (
        "Sign in with Nordlicht Supplies",
        "Entrar com Nordlicht Supplies",
        "Mit Nordlicht Supplies anmelden",
        "Se connecter avec Nordlicht Supplies",
        "Entrar con Nordlicht Supplies",
        "Войти через Nordlicht Supplies",
    ),
    "buys_for": (
        "You buy for",
        "Você compra para",
        "Sie kaufen für",
        "Vous achetez pour",
        "Compra para",
        "Вы покупаете для",
    ),
    "price_group": (
        "Price group",
        "Grupo de preços",
        "Preisgruppe",
        "Groupe de prix",
        "Grupo de precios",
        "Ценовая группа",
    ),
    "list_prices": (
        "list prices",
        "preços de tabela",
        "Listenpreise",
        "prix catalogue",
        "precios de lista",
        "цены по прейскуранту",
    ),
    "articles": ("Articles", "Artigos", "Artikel", "Articles", "Artículos", "Товары"),
    "take": (
        "Into the basket",
        "Pôr no carrinho",
        "In den Warenkorb",
        "Ajouter au panier",
        "Añadir a la cesta",
        "В корзину",
    ),
    "count_of": (
        "Quantity of",
        "Quantidade de",
        "Menge von",
        "Quantité de",
        "Cantidad de",
        "Количество:",
    ),
    "basket": ("Basket", "Carrinho", "Warenkorb", "Panier", "Cesta", "Корзина"),
    "empty": (
        "Nothing in it yet.",
        "Ainda não há nada.",
        "Noch nichts darin.",
        "Encore rien.",
        "Todavía no hay nada.",
        "Пока пусто.",
    ),
    "take_out": ("Take out", "Tirar", "Herausnehmen", "Retirer", "Quitar", "Убрать"),
    "total": ("Total", "Total", "Summe", "Total", "Total", "Итого"),
    "order": (
        "Order now",
        "Fazer o pedido",
        "Jetzt bestellen",
        "Commander",
        "Hacer el pedido",
        "Заказать",
    ),
    "orders": (
        "Orders of your company",
        "Pedidos da sua empresa",
        "Bestellungen Ihrer Firma",
        "Commandes de votre entreprise",
        "Pedidos de su empresa",
        "Заказы вашей компании",
    ),
    "no_orders": (
        "None yet.",
        "Nenhum ainda.",
        "Noch keine.",
        "Aucune pour l’instant.",
        "Ninguno todavía.",
        "Заказов пока нет.",
    ),
    "sign_out": ("Sign out", "Sair", "Abmelden", "Se déconnecter", "Salir", "Выйти"),
    "not_let_in": (
        "You are not signed in here. Come in once more, please.",
        "Você não está conectado aqui. Entre mais uma vez, por favor.",
        "Sie sind hier nicht angemeldet. Bitte kommen Sie noch einmal herein.",
        "Vous n’êtes pas connecté ici. Entrez encore une fois, s’il vous plaît.",
        "No ha iniciado sesión aquí. Entre otra vez, por favor.",
        "Вы здесь не вошли. Войдите, пожалуйста, ещё раз.",
    ),
    "not_understood": (
        "We did not understand how many of what. Please go back and try again.",
        "Não entendemos quantos e de quê. Volte e tente de novo, por favor.",
        "Wir haben nicht verstanden, wie viel wovon. Bitte gehen Sie zurück.",
        "Nous n’avons pas compris combien et de quoi. Revenez en arrière, s’il vous plaît.",
        "No entendimos cuántos ni de qué. Vuelva atrás, por favor.",
        "Мы не поняли, сколько и чего. Вернитесь, пожалуйста, и попробуйте снова.",
    ),
    "not_found": (
        "There is no such page here.",
        "Não há essa página aqui.",
        "Diese Seite gibt es hier nicht.",
        "Cette page n’existe pas ici.",
        "Aquí no existe esa página.",
        "Такой страницы здесь нет.",
    ),
    "house_silent": (
        "Signing in does not work at the moment. Please try again in a minute.",
        "Não é possível entrar no momento. Tente de novo em um minuto.",
        "Die Anmeldung geht gerade nicht. Bitte versuchen Sie es in einer Minute wieder.",
        "La connexion ne marche pas en ce moment. Réessayez dans une minute.",
        "Ahora mismo no se puede entrar. Inténtelo de nuevo en un minuto.",
        "Сейчас войти нельзя. Попробуйте, пожалуйста, через минуту.",
    ),
    "to_the_shop": (
        "To the first page",
        "À primeira página",
        "Zur ersten Seite",
        "À la première page",
        "A la primera página",
        "На первую страницу",
    ),
}


def text(what: str, language: str) -> str:
    """Return a text in one of LANGUAGES."""
    return _TEXTS[what][LANGUAGES.index(language)]


def best_language(customers: str, browsers: str) -> str:
    """Return the language to speak: the customer's own, else their browser's, else English.

    `browsers` is what a browser sends: "pt-BR,pt;q=0.9,en;q=0.8", the dearest first.
    """
    for wanted in (customers, *(each.partition(";")[0] for each in browsers.split(","))):
        main = wanted.strip().lower().partition("-")[0]
        found = next((one for one in LANGUAGES if main and one.partition("-")[0] == main), "")
        if found:
            return found
    return LANGUAGES[0]
