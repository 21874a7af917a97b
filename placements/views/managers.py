"""Who manages a placement."""

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from core.access import Permission, access
from core.pages import record_form
from placements import actions
from placements.forms import managers as forms
from placements.models import ManagerPost
from placements.views.placing import placement_page, theirs


@access(Permission.APPOINT_MANAGER)
def appoint_manager(request: HttpRequest, pk: int) -> HttpResponse:
    placement = theirs(request, pk)
    return record_form(
        request,
        form_class=forms.Appoint,
        form_kwargs={"placement": placement},
        act=partial(actions.appoint_manager, placement=placement),
        done=lambda _post: placement_page(placement),
        title="Appoint a placement manager",
        caption=str(placement.child),
        back_url=placement_page(placement),
        submit_label="Appoint",
        success="Manager appointed",
        context={
            "intro": "One named person, with authority on site. Nobody can waive the post: not a provider, a "
            "commissioner or the child. While it is empty, that is flagged."
        },
    )


@access(Permission.APPOINT_MANAGER)
def end_manager(request: HttpRequest, pk: int) -> HttpResponse:
    posts = ManagerPost.for_user(request.user).select_related("placement__child")
    post = get_object_or_404(posts, pk=pk)
    return record_form(
        request,
        form_class=forms.EndPost,
        act=partial(actions.end_manager, post=post),
        done=lambda _post: placement_page(post.placement),
        title=f"End {post.name}’s post",
        caption=str(post.placement.child),
        back_url=placement_page(post.placement),
        submit_label="End post",
        success="Post ended",
        context={"intro": "The placement has no manager from then until you appoint somebody else."},
    )


@access(Permission.APPOINT_MANAGER)
def withdraw_manager(request: HttpRequest, pk: int) -> HttpResponse:
    posts = ManagerPost.for_user(request.user).select_related("placement__child")
    post = get_object_or_404(posts, pk=pk)
    return record_form(
        request,
        form_class=forms.Withdraw,
        act=partial(actions.withdraw_manager, post=post),
        done=lambda _post: placement_page(post.placement),
        title=f"{post.name}’s post was recorded in error",
        caption=str(post.placement.child),
        back_url=placement_page(post.placement),
        submit_label="Record that it was an error",
        success="Recorded. The post does not count",
        context={
            "intro": "For a name that never held the post. It stays on the record and counts for nothing: what was overdue "
            "before it is overdue again, from the same day. If they held it and have left, end the post instead."
        },
    )
