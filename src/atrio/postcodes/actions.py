"""Take over a list of postcodes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import partial
from itertools import islice

from django.db import transaction
from django.db.models import Count

from atrio.postcodes.models import Postcode
from atrio.postcodes.queries import forget
from atrio.postcodes.rules import Place, read_places

_AT_ONCE = 2000


@transaction.atomic
def import_postcodes(lines: Iterable[str]) -> Mapping[str, int]:
    """Replace the postcodes of the countries that a list names; return how many each has now.

    All of it or nothing. Raises NoPostcodes.
    """
    counts: Counter[str] = Counter()
    found = read_places(lines)
    while places := list(islice(found, _AT_ONCE)):
        for country in {place.country for place in places} - counts.keys():
            Postcode.objects.filter(country=country).delete()
        counts.update(place.country for place in places)
        # Lists name some places twice, for two parts of them.
        Postcode.objects.bulk_create(map(_row, places), ignore_conflicts=True)
    transaction.on_commit(partial(forget, counts.keys()))
    kept = Postcode.objects.filter(country__in=counts).values_list("country")
    return dict(kept.annotate(Count("pk")).order_by("country"))


def _row(place: Place) -> Postcode:
    return Postcode(country=place.country, code=place.code, city=place.city, region=place.region)
