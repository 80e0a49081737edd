"""What stands beside a company's name and is none of it: its legal form, and words of every trade.

A small table of the forms of the countries we sell in and of those their customers come from, as
they read once folded. Forms that say the same are one: whether somebody wrote "Sociedade Anônima"
or "S/A" tells nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

_FORMS: dict[str, tuple[str, ...]] = {
    "limited": (
        "ltda", "limitada", "ltd", "limited", "pty ltd", "pty limited", "private limited",
        "pvt ltd", "gmbh", "ges mbh", "gesellschaft mit beschrankter haftung", "mbh", "sarl",
        "societe a responsabilite limitee", "eurl", "sl", "slu", "sociedad limitada", "srl",
        "sociedad de responsabilidad limitada", "societa a responsabilita limitata", "bv",
        "besloten vennootschap", "bvba", "sprl", "ooo",
        "obshchestvo s ogranichennoi otvetstvennostiu",
        "limited liability company", "llc", "lda", "sp z oo", "sp zoo", "sro", "doo", "kft",
        "aps", "oy", "uab", "ug", "ug haftungsbeschrankt", "haftungsbeschrankt", "ltda me",
        "ltda epp", "societatea cu raspundere limitata", "sh p k",
    ),
    "stock": (
        "sa", "s a", "sociedade anonima", "sociedad anonima", "societe anonyme", "ag",
        "aktiengesellschaft", "plc", "public limited company", "inc", "incorporated", "corp",
        "corporation", "spa", "societa per azioni", "nv", "naamloze vennootschap", "ao", "pao",
        "oao", "zao", "aktsionernoe obshchestvo", "publichnoe aktsionernoe obshchestvo",
        "zakrytoe aktsionernoe obshchestvo", "otkrytoe aktsionernoe obshchestvo", "jsc", "ojsc",
        "cjsc", "pjsc", "joint stock company", "open joint stock company", "sas", "sasu", "sau",
        "societe par actions simplifiee", "ab", "asa", "oyj", "se", "sh a",
        "sociedade anonima fechada",
    ),
    "partnership": (
        "kg", "kommanditgesellschaft", "gmbh and co kg", "gmbh co kg", "ag and co kg", "and co kg",
        "ohg", "offene handelsgesellschaft", "gbr", "partg", "snc", "vof", "scs", "llp", "lp", "cv",
        "sociedade simples", "sca",
    ),
    "sole": (
        "eireli", "mei", "me", "epp", "ek", "e k", "eg", "ip", "individualnyi predprinimatel",
        "empresario individual", "ei", "sole trader",
    ),
    "association": (
        "ev", "e v", "eingetragener verein", "asbl", "stichting",
        "fundacao", "fundacion",
    ),
    "": ("co", "company", "cia", "companhia", "compania", "compagnie", "cie", "as", "a s"),
}  # fmt: skip
# Ordered by length: "gmbh and co kg" is looked for before "kg".
_BY_WORDS = {tuple(s.split()): form for form, spellings in _FORMS.items() for s in spellings}
_LONGEST = max(map(len, _BY_WORDS))

# fmt: off
_ALONE_IN_FRONT = {
    "ao", "fundacao", "ip", "jsc", "oao", "ojsc", "ooo", "pao", "sarl", "srl", "stichting", "zao",
}
# fmt: on
# Whose place is in front of the name, as Russian and Romanian ones have theirs.
_IN_FRONT = frozenset(
    spelling for spelling in _BY_WORDS if len(spelling) > 1 or spelling[0] in _ALONE_IN_FRONT
)

_LITTLE = """
    a and at da das de del den der des di do dos du e el et for i la le les o of os the und van y
"""
# What half of all companies have in their names.
_OF_EVERY_TRADE = """
    agencia associados atacadista atacado aviation bau beheer brasil brazil bros capital
    center centro comercial comercio commerce construcoes construtora consulting consultoria
    deutschland distribuicao distribuidora electric elektro eletrica eletrico eletricos
    empreendimentos engenharia engineering enterprise enterprises equipamentos ferragens
    france global group groupe grupo gruppe handel handels handelsgesellschaft holding
    holdings import importacao importadora industria industrial industries instalacoes
    instaladora int internacional international investment investments logistica magazin
    management manutencao maquinas materiais material montagens participacoes produtos
    projetos representacoes russia service services servicos shop sistemas sociedade solucoes
    solutions sons stroi systeme systems technik technology tecnica tecnologia torg torgovyi
    trade trading transportes uk usa varejo
"""
_WEIGHTS = dict.fromkeys(_OF_EVERY_TRADE.split(), 0.35) | dict.fromkeys(_LITTLE.split(), 0.0)


def without_legal_form(words: Sequence[str]) -> tuple[tuple[str, ...], frozenset[str]]:
    """Return the words of a name without the legal forms at its ends, and which forms they were."""
    left, forms = tuple(words), set()
    while found := _at_an_end(left):
        left, form = found
        forms.add(form)
    return left, frozenset(forms - {""})


def weight(word: str) -> float:
    """Return how much a word tells one company from another; 1 for a word of its own."""
    return _WEIGHTS.get(word, 1.0)


def _at_an_end(words: tuple[str, ...]) -> tuple[tuple[str, ...], str] | None:
    # A name may consist of nothing but such words: one is left.
    for size in range(min(_LONGEST, len(words) - 1), 0, -1):
        if words[-size:] in _BY_WORDS:
            return words[:-size], _BY_WORDS[words[-size:]]
        if words[:size] in _IN_FRONT:
            return words[size:], _BY_WORDS[words[:size]]
    return None
