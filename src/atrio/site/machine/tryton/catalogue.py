"""Two hundred invented articles of an electrical wholesaler, the same at every start.

Ten categories of four families of five sizes. A size's label holds in both languages, but for
the decimal sign; its price is the family's base price times the size's factor.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, NamedTuple

Unit = Literal["Unit", "Meter"]


class Words(NamedTuple):
    """One text in English and in Portuguese."""

    english: str
    portuguese: str


@dataclass(frozen=True, slots=True)
class Article:
    """One article of the catalogue; `list_price` is in reais per unit."""

    code: str
    category: Words
    name: Words
    unit: Unit
    list_price: Decimal


class Family(NamedTuple):
    """Articles that differ by size alone; `sizes` maps a label to a factor of the base price."""

    code: str
    name: Words
    base: str
    sizes: dict[str, str]
    unit: Unit = "Unit"


_WIRE = {"1.5 mm²": "1", "2.5 mm²": "1.55", "4 mm²": "2.4", "6 mm²": "3.5", "10 mm²": "5.9"}
_CABLE = {"3 × 1.5 mm²": "1", "3 × 2.5 mm²": "1.5", "3 × 4 mm²": "2.3", "5 × 2.5 mm²": "2.4",
          "5 × 6 mm²": "5.1"}  # fmt: skip
_AMPERES = {"10 A": "1", "16 A": "1", "20 A": "1.04", "25 A": "1.1", "32 A": "1.18"}
_BIG_AMPERES = {"25 A": "1", "40 A": "1.12", "63 A": "1.35", "80 A": "1.9", "100 A": "2.2"}
_WATTS = {"9 W": "1", "12 W": "1.25", "15 W": "1.5", "18 W": "1.8", "24 W": "2.3"}
_BIG_WATTS = {"30 W": "1", "50 W": "1.5", "100 W": "2.7", "150 W": "3.9", "200 W": "5"}
_DIAMETERS = {"20 mm": "1", "25 mm": "1.3", "32 mm": "1.75", "40 mm": "2.4", "50 mm": "3.2"}
_COLOURS = {"K1": "1", "K2": "1", "K3": "1.1", "K4": "1.1", "K5": "1.25"}
_GANGS = {"1 ×": "1", "2 ×": "1.6", "3 ×": "2.2", "4 ×": "2.9", "6 ×": "3.9"}
_SIZES = {"S": "1", "M": "1", "L": "1", "XL": "1.05", "XXL": "1.1"}
_LENGTHS = {"160 mm": "1", "180 mm": "1.15", "200 mm": "1.3", "225 mm": "1.5", "250 mm": "1.75"}
_HOLES = {"6 mm²": "1", "10 mm²": "1.2", "16 mm²": "1.6", "25 mm²": "2.1", "35 mm²": "2.8"}
_POWERS = {"0.75 kW": "1", "1.5 kW": "1.3", "2.2 kW": "1.6", "4 kW": "2.2", "7.5 kW": "3.4"}

# fmt: off
_CATALOGUE: dict[Words, tuple[Family, ...]] = {
    Words("Cables and wires", "Fios e cabos"): (
        Family("CW-FLX", Words("Flexible wire 750 V", "Cabo flexível 750 V"), "1.62", _WIRE, "Meter"),
        Family("CW-SOL", Words("Solid wire 750 V", "Fio rígido 750 V"), "1.48", _WIRE, "Meter"),
        Family("CW-PPC", Words("Sheathed cable 1 kV", "Cabo multipolar 1 kV"), "7.90", _CABLE, "Meter"),
        Family("CW-RUB", Words("Rubber cable", "Cabo de borracha"), "9.40", _CABLE, "Meter"),
    ),
    Words("Lighting", "Iluminação"): (
        Family("LI-BUL", Words("LED bulb E27", "Lâmpada LED E27"), "8.90", _WATTS),
        Family("LI-PAN", Words("LED panel, recessed", "Painel LED de embutir"), "24.50", _WATTS),
        Family("LI-FLO", Words("LED floodlight IP66", "Refletor LED IP66"), "49.00", _BIG_WATTS),
        Family("LI-HIG", Words("LED high bay", "Luminária LED industrial"), "138.00", _BIG_WATTS),
    ),
    Words("Switches and sockets", "Interruptores e tomadas"): (
        Family("SW-SWI", Words("Light switch", "Interruptor simples"), "7.80", _GANGS),
        Family("SW-TWO", Words("Two-way switch", "Interruptor paralelo"), "9.60", _GANGS),
        Family("SW-SOC", Words("Socket 2P+E 20 A", "Tomada 2P+T 20 A"), "10.40", _GANGS),
        Family("SW-PLA", Words("Cover plate", "Placa de acabamento"), "5.20", _GANGS),
    ),
    Words("Circuit protection", "Proteção de circuitos"): (
        Family("CP-MC1", Words("Circuit breaker 1P, C curve", "Disjuntor 1P curva C"), "11.90", _AMPERES),
        Family("CP-MC3", Words("Circuit breaker 3P, C curve", "Disjuntor 3P curva C"), "52.00", _AMPERES),
        Family("CP-RCD", Words("Residual current device 4P", "Interruptor DR 4P"), "148.00", _BIG_AMPERES),
        Family("CP-SWD", Words("Switch disconnector 3P", "Chave seccionadora 3P"), "86.00", _BIG_AMPERES),
    ),
    Words("Conduits and trunking", "Eletrodutos e canaletas"): (
        Family("CT-COR", Words("Corrugated conduit", "Eletroduto corrugado"), "1.95", _DIAMETERS, "Meter"),
        Family("CT-RIG", Words("Rigid conduit, 3 m", "Eletroduto rígido, 3 m"), "14.20", _DIAMETERS),
        Family("CT-BEN", Words("Conduit bend 90°", "Curva 90° para eletroduto"), "3.60", _DIAMETERS),
        Family("CT-TRU", Words("Trunking, 2 m", "Canaleta, 2 m"), "12.80", _DIAMETERS),
    ),
    Words("Hand tools", "Ferramentas manuais"): (
        Family("HT-PLI", Words("Insulated pliers 1000 V", "Alicate isolado 1000 V"), "64.00", _LENGTHS),
        Family("HT-CUT", Words("Side cutters", "Alicate de corte diagonal"), "58.00", _LENGTHS),
        Family("HT-WRE", Words("Adjustable wrench", "Chave ajustável"), "46.00", _LENGTHS),
        Family("HT-STR", Words("Wire stripper", "Desencapador de fios"), "72.00", _LENGTHS),
    ),
    Words("Test and measurement", "Teste e medição"): (
        Family("TM-MUL", Words("Digital multimeter", "Multímetro digital"), "119.00", _COLOURS),
        Family("TM-CLA", Words("Clamp meter", "Alicate amperímetro"), "189.00", _COLOURS),
        Family("TM-TES", Words("Voltage tester", "Detector de tensão"), "39.00", _COLOURS),
        Family("TM-THE", Words("Infrared thermometer", "Termômetro infravermelho"), "129.00", _COLOURS),
    ),
    Words("Safety", "Segurança"): (
        Family("SA-GLO", Words("Insulating gloves, class 0", "Luvas isolantes classe 0"), "214.00", _SIZES),
        Family("SA-JAC", Words("Arc-rated jacket", "Jaqueta antichama"), "328.00", _SIZES),
        Family("SA-VES", Words("High-visibility vest", "Colete refletivo"), "22.00", _SIZES),
        Family("SA-HAR", Words("Safety harness", "Cinto de segurança tipo paraquedista"), "276.00", _SIZES),
    ),
    Words("Terminals and connectors", "Terminais e conectores"): (
        Family("TC-RIN", Words("Ring terminal", "Terminal olhal"), "0.85", _HOLES),
        Family("TC-LUG", Words("Copper lug", "Terminal de cobre"), "3.10", _HOLES),
        Family("TC-BLO", Words("Terminal block", "Borne de passagem"), "6.40", _HOLES),
        Family("TC-SPL", Words("Splice sleeve", "Luva de emenda"), "2.20", _HOLES),
    ),
    Words("Motor control", "Comando de motores"): (
        Family("MC-CON", Words("Contactor", "Contator"), "98.00", _POWERS),
        Family("MC-OVE", Words("Overload relay", "Relé de sobrecarga"), "84.00", _POWERS),
        Family("MC-SOF", Words("Soft starter", "Chave de partida suave"), "640.00", _POWERS),
        Family("MC-INV", Words("Frequency inverter", "Inversor de frequência"), "890.00", _POWERS),
    ),
}
# fmt: on


def categories() -> list[Words]:
    """Return the categories in the catalogue's order."""
    return list(_CATALOGUE)


def articles() -> Iterator[Article]:
    """Yield the two hundred articles in the catalogue's order."""
    for category, families in _CATALOGUE.items():
        for family in families:
            for place, (label, factor) in enumerate(family.sizes.items(), start=1):
                yield Article(
                    code=f"{family.code}-{place}",
                    category=category,
                    name=_named(family.name, label),
                    unit=family.unit,
                    list_price=(Decimal(family.base) * Decimal(factor)).quantize(Decimal("0.01")),
                )


def _named(name: Words, label: str) -> Words:
    return Words(
        f"{name.english} {label}",
        f"{name.portuguese} {label.replace('.', ',')}",
    )
