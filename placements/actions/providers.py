"""Which provider a person works for: what lets her see the children of the appointing council placed with it."""

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied

from children import policies as for_child
from core.access import PROVIDER_ROLES, Permission
from core.actions import action, because, touch
from core.dates import in_words
from core.errors import Invalid
from core.models import Authority, User
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
    """Appoint a person to a provider for one's own council, from a day. A post of its elsewhere ends that day.

    Another council's post with the same provider stands beside it; one with another provider is that council's to end.
    """
    authority = _may(by, person)
    provider_name = provider_name.strip()
    if (provider is None) == (not provider_name):
        raise Invalid({"provider": "Select a provider from the list, or enter the name of a new one"})
    for_child.not_future(started_on, as_of, "started_on", "The day they started")
    if provider is None:
        provider = Provider.objects.filter(name__iexact=provider_name).first()
    if provider is None:
        provider = Provider.objects.create(name=provider_name)
    posts = list(ProviderPost.objects.filter(person=person).select_for_update().order_by("started_on"))
    others = [post for post in posts if post.authority_id != authority.pk and post.provider_id != provider.pk]
    if any(post.ended_on is None or post.ended_on > started_on for post in others):
        raise Invalid({"provider": "Another council has them with another provider now. It must end that post first"})
    for post in posts:
        if post.authority_id != authority.pk:
            continue
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
    return ProviderPost.objects.create(person=person, provider=provider, authority=authority, started_on=started_on)


@action
def appoint(*, email: str, by: User, as_of: dt.datetime, **post: Any) -> ProviderPost:
    """Appoint somebody who has an account already, opened by another council: her address is all one needs to know."""
    person = User.objects.filter(email__iexact=email.strip(), role__in=PROVIDER_ROLES, is_active=True).first()
    if person is None:
        raise Invalid(
            {"email": "There is no account of a provider’s staff with this email address. Invite them instead"}
        )
    return employ(person=person, by=by, as_of=as_of, **post)


@action
def end_employment(*, person: User, ended_on: dt.date, reason: str, by: User, as_of: dt.datetime) -> ProviderPost:
    """Record that a person no longer works at her provider for one's own council, and from that day sees none of its
    children there."""
    authority = _may(by, person)
    for_child.required(reason=(reason, "Enter the reason"))
    for_child.not_future(ended_on, as_of, "ended_on", "The day they left")
    open_posts = ProviderPost.objects.filter(person=person, authority=authority, ended_on__isnull=True)
    post = open_posts.select_for_update().first()
    if post is None:
        raise Invalid({"": f"{person.name} has no post to end"})
    for_child.not_before(ended_on, post.started_on, "ended_on", "The day they left", "they started")
    because(reason.strip())
    post.ended_on = ended_on
    post.save(update_fields=["ended_on"])
    touch(user=person)
    return post


def _may(by: User, person: User) -> Authority:
    """The council this person appoints for. Raises PermissionDenied if she may not, Invalid if `person` is no staff."""
    if not by.can(Permission.MANAGE_ACCOUNTS) or by.authority is None:
        raise PermissionDenied("this role may not run accounts")
    if person.role not in PROVIDER_ROLES:
        raise Invalid({"": NOT_STAFF})
    return by.authority
