"""The product's addresses, and one bare page to measure the others against."""

from django.http import HttpResponse
from django.urls import include, path

from core.access import signed_in
from core.models import Team


@signed_in
def bare(request):
    """A signed-in view with one query and no template: the least any page of ours costs."""
    return HttpResponse("\n".join(Team.objects.values_list("name", flat=True)[:25]))


urlpatterns = [path("bare/", bare), path("", include("config.urls"))]
