"""What the demonstration's goods are called in German and in Russian.

Apart from the catalogue, because Tryton's snapshot is made from that and has no use for these.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple


class Abroad(NamedTuple):
    """One text in the two languages."""

    german: str
    russian: str


# By the product group.
CATEGORIES: Mapping[str, Abroad] = {
    "CW": Abroad("Kabel und Leitungen", "Кабели и провода"),
    "LI": Abroad("Beleuchtung", "Освещение"),
    "SW": Abroad("Schalter und Steckdosen", "Выключатели и розетки"),
    "CP": Abroad("Leitungsschutz", "Защита цепей"),
    "CT": Abroad("Rohre und Kanäle", "Трубы и кабель-каналы"),
    "HT": Abroad("Handwerkzeug", "Ручной инструмент"),
    "TM": Abroad("Prüfen und Messen", "Измерительные приборы"),
    "SA": Abroad("Arbeitsschutz", "Охрана труда"),
    "TC": Abroad("Klemmen und Verbinder", "Клеммы и соединители"),
    "MC": Abroad("Motorsteuerung", "Управление двигателями"),
}
# By what a family is called in English, which a size follows.
FAMILIES: Mapping[str, Abroad] = {
    "Flexible wire 750 V": Abroad("Flexible Leitung 750 V", "Провод гибкий 750 В"),
    "Solid wire 750 V": Abroad("Starre Leitung 750 V", "Провод жёсткий 750 В"),
    "Sheathed cable 1 kV": Abroad("Mantelleitung 1 kV", "Кабель в оболочке 1 кВ"),
    "Rubber cable": Abroad("Gummischlauchleitung", "Кабель резиновый"),
    "LED bulb E27": Abroad("LED-Lampe E27", "Лампа светодиодная E27"),
    "LED panel, recessed": Abroad("LED-Einbaupanel", "Панель встраиваемая"),
    "LED floodlight IP66": Abroad("LED-Strahler IP66", "Прожектор IP66"),
    "LED high bay": Abroad("LED-Hallenleuchte", "Светильник для цехов"),
    "Light switch": Abroad("Lichtschalter", "Выключатель"),
    "Two-way switch": Abroad("Wechselschalter", "Переключатель проходной"),
    "Socket 2P+E 20 A": Abroad("Schutzkontakt-Steckdose 16 A", "Розетка с заземлением 16 А"),
    "Cover plate": Abroad("Abdeckrahmen", "Рамка"),
    "Circuit breaker 1P, C curve": Abroad("Leitungsschutzschalter 1P, C", "Автомат 1P, кривая C"),
    "Circuit breaker 3P, C curve": Abroad("Leitungsschutzschalter 3P, C", "Автомат 3P, кривая C"),
    "Residual current device 4P": Abroad("FI-Schutzschalter 4P", "УЗО 4P"),
    "Switch disconnector 3P": Abroad("Lasttrennschalter 3P", "Выключатель нагрузки 3P"),
    "Corrugated conduit": Abroad("Wellrohr", "Труба гофрированная"),
    "Rigid conduit, 3 m": Abroad("Starres Rohr, 3 m", "Труба жёсткая, 3 м"),
    "Conduit bend 90°": Abroad("Rohrbogen 90°", "Поворот 90°"),
    "Trunking, 2 m": Abroad("Kabelkanal, 2 m", "Кабель-канал, 2 м"),
    "Insulated pliers 1000 V": Abroad("Isolierte Kombizange 1000 V", "Пассатижи 1000 В"),
    "Side cutters": Abroad("Seitenschneider", "Бокорезы"),
    "Adjustable wrench": Abroad("Rollgabelschlüssel", "Ключ разводной"),
    "Wire stripper": Abroad("Abisolierzange", "Стриппер"),
    "Digital multimeter": Abroad("Digitalmultimeter", "Мультиметр"),
    "Clamp meter": Abroad("Stromzange", "Клещи токовые"),
    "Voltage tester": Abroad("Spannungsprüfer", "Указатель напряжения"),
    "Infrared thermometer": Abroad("Infrarot-Thermometer", "Термометр инфракрасный"),
    "Insulating gloves, class 0": Abroad("Isolierhandschuhe, Klasse 0", "Перчатки диэлектрические"),
    "Arc-rated jacket": Abroad("Störlichtbogen-Jacke", "Куртка термостойкая"),
    "High-visibility vest": Abroad("Warnweste", "Жилет сигнальный"),
    "Safety harness": Abroad("Auffanggurt", "Страховочная привязь"),
    "Ring terminal": Abroad("Ringkabelschuh", "Наконечник кольцевой"),
    "Copper lug": Abroad("Rohrkabelschuh, Kupfer", "Наконечник медный"),
    "Terminal block": Abroad("Reihenklemme", "Клемма проходная"),
    "Splice sleeve": Abroad("Stoßverbinder", "Гильза соединительная"),
    "Contactor": Abroad("Schütz", "Контактор"),
    "Overload relay": Abroad("Motorschutzrelais", "Реле перегрузки"),
    "Soft starter": Abroad("Sanftanlaufgerät", "Устройство плавного пуска"),
    "Frequency inverter": Abroad("Frequenzumrichter", "Преобразователь частоты"),
}
_RUSSIAN_UNITS = {"mm": "мм", "kW": "кВт", "W": "Вт", "A": "А", "m": "м"}
_UNIT = re.compile(r"(?<=\d )(mm|kW|W|A|m)(?=²|$)")


def size_in_german(label: str) -> str:
    """Return a size as it is written in Germany: "1,5 mm²"."""
    return label.replace(".", ",")


def size_in_russian(label: str) -> str:
    """Return a size as it is written in Russia: "1,5 мм²"."""
    return _UNIT.sub(lambda found: _RUSSIAN_UNITS[found[0]], label.replace(".", ","))
