"""The API's addresses, and what is said where there is none."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path, re_path
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from atrio.api.problems import problem, told
from atrio.api.service import api


@csrf_exempt
def nothing(_request: HttpRequest) -> HttpResponse:
    """Say that there is nothing, in the way programs read it."""
    return told(problem(404, "not-found", _("There is no such page.")))


urlpatterns = [
    path("v1/", nothing, name="api-root"),
    path("v1/", api.urls),
    # Whatever comes, a line break as well.
    re_path(r"^[\s\S]*\Z", nothing, name="api-nothing"),
]
