"""Which provider a person works for: what lets her see the children placed with it."""

import datetime as dt

from django.core.exceptions import PermissionDenied

from children import policies as for_child
from core.access import PROVIDER_ROLES, Permission
from core.actions import action, because, touch
from core.dates import in_words
from core.errors import Invalid
from core.models import User
from placements.models import Provider, ProviderPost

NOT_STAFF = "Only a provider’s own staff work for a provider"


@action
def employ(
    *,
    person: User,
    provider: Provider | None = None,
    provider_name: str = "",
    started_on: dt.date,
    by: User,
    as_of: dt.datetime,
) -> ProviderPost:
    """Record that a person works for a provider from a day. A post she holds elsewhere ends that day."""
    _may(by, person)
    provider_name = provider_name.strip()
    if (provider is None) == (not provider_name):
        raise Invalid({"provider": "Select a provider from the list, or enter the name of a new one"})
    for_child.not_future(started_on, as_of, "started_on", "The day they started")
    if provider is None:
        provider = Provider.objects.filter(name__iexact=provider_name).first()
    if provider is None:
        provider = Provider.objects.create(name=provider_name)
    posts = list(ProviderPost.objects.filter(person=person).select_for_update().order_by("started_on"))
    for post in posts:
        if post.started_on > started_on or (post.ended_on or started_on) > started_on:
            raise Invalid(
                {"started_on": f"There is already a post from {in_words(post.started_on)}: enter a later day"}
            )
        if post.ended_on is None:
            if post.provider_id == provider.pk:
                raise Invalid({"provider": f"They already work for {provider.name}"})
            post.ended_on = started_on
            post.save(update_fields=["ended_on"])
    touch(user=person)
    return ProviderPost.objects.create(person=person, provider=provider, started_on=started_on)


@action
def end_employment(*, person: User, ended_on: dt.date, reason: str, by: User, as_of: dt.datetime) -> ProviderPost:
    """Record that a person has left her provider. From that day she sees none of the children placed with it."""
    _may(by, person)
    for_child.required(reason=(reason, "Enter the reason"))
    for_child.not_future(ended_on, as_of, "ended_on", "The day they left")
    post = ProviderPost.objects.filter(person=person, ended_on__isnull=True).select_for_update().first()
    if post is None:
        raise Invalid({"": f"{person.name} has no post to end"})
    for_child.not_before(ended_on, post.started_on, "ended_on", "The day they left", "they started")
    because(reason.strip())
    post.ended_on = ended_on
    post.save(update_fields=["ended_on"])
    touch(user=person)
    return post


def _may(by: User, person: User) -> None:
    if not by.can(Permission.MANAGE_ACCOUNTS):
        raise PermissionDenied("this role may not run accounts")
    if person.role not in PROVIDER_ROLES:
        raise Invalid({"": NOT_STAFF})
