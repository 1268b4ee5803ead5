"""Who may reach which page: one table, and nothing is reachable that doesn't stand in it.

The table tells who may come to a page at all. Which requests, documents or desks a person finds there is told by the
query that the page starts from; what isn't in it answers 404, like what doesn't exist.
"""

from enum import StrEnum
from uuid import UUID

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import ResolverMatch, reverse
from django.utils.translation import gettext as _
from requests import RequestException

from portal.context import roles_of
from portal.errors import SignInFirst
from portal.held_requests import held_by
from portal.kept_words import forget_when_sent, keep_words, was_by_code, way_back


class Access(StrEnum):
    """Who may come to a page."""

    EVERYONE = "everyone"
    SIGNED_IN = "signed in"
    HOLDER = "signed in, or by the code of a request that was sent without an account"
    CLERK = "clerk"
    SUPERVISOR = "supervisor"
    MANAGER = "manager"
    OVERSEER = "manager or administrator"
    ADMIN = "administrator"
    DEMO = "everyone, in the demonstration only"


E = Access.EVERYONE
ACCESS: dict[str, Access] = {
    # public
    "home": E,
    "services": E,
    "service": E,
    "life_event": E,
    "entitlements": E,
    "agency": E,
    "place": E,
    "allocation_round": E,
    "sealed_log": E,
    "figures": E,
    "figures_of": E,
    "figures_file": E,
    "figures_chart": E,
    "agency_chart": E,
    "office_chart": E,
    "compare_chart": E,
    "index_chart": E,
    "state_file": E,
    "agency_file": E,
    "office_file": E,
    "compare_file": E,
    "index_file": E,
    "measures": E,
    "measure": E,
    "figures_index": E,
    "figures_compare": E,
    "figures_of_agency": E,
    "figures_of_office": E,
    "verify": E,
    "verify_document": E,
    # links with a secret of their own: a bad one answers 404
    "rate": E,
    "unsubscribe": E,
    "shared": E,
    "shared_file": E,
    # citizens: a draft or a request of somebody else answers 404
    "apply": E,
    "apply_for": Access.SIGNED_IN,
    "apply_for_change": Access.SIGNED_IN,
    "apply_page": E,
    "apply_check": E,
    "apply_done": E,
    "apply_receipt": E,
    "apply_file": E,
    "apply_remove_file": E,
    "apply_discard": E,
    "apply_keep": E,
    "apply_resume": E,
    "status": E,
    "status_end": E,
    "welcome": Access.SIGNED_IN,
    "my_requests": Access.SIGNED_IN,
    "my_data": Access.SIGNED_IN,
    "my_data_export": Access.SIGNED_IN,
    "my_data_download": Access.SIGNED_IN,
    "my_data_erase": Access.SIGNED_IN,
    "my_readings": Access.SIGNED_IN,
    "my_profile": Access.SIGNED_IN,
    "my_programs": Access.SIGNED_IN,
    "my_program_renewal": Access.SIGNED_IN,
    "my_program_end": Access.SIGNED_IN,
    "my_notices": Access.SIGNED_IN,
    "my_notice_ways": Access.SIGNED_IN,
    "my_request_dates": Access.HOLDER,
    "my_request_proof": Access.HOLDER,
    "my_request": Access.HOLDER,
    "my_request_end_assistance": Access.HOLDER,
    "my_request_answer": Access.HOLDER,
    "my_request_confirm": Access.HOLDER,
    "my_request_withdraw": Access.HOLDER,
    "my_request_write": Access.HOLDER,
    "my_request_object": Access.HOLDER,
    "my_request_complain": Access.HOLDER,
    "my_request_rate": Access.HOLDER,
    "my_request_papers": Access.HOLDER,
    "my_documents": Access.SIGNED_IN,
    "my_document_share": Access.HOLDER,
    "my_link_end": Access.HOLDER,
    "evidence": Access.HOLDER,
    "document": Access.HOLDER,
    # clerks
    "desk": Access.CLERK,
    "desk_counts": Access.CLERK,
    "desk_views": Access.CLERK,
    "desk_view_removal": Access.CLERK,
    "desk_purpose": Access.CLERK,
    "desk_bulk": Access.CLERK,
    "desk_bulk_act": Access.CLERK,
    "desk_blocks": Access.CLERK,
    "desk_new_block": Access.CLERK,
    "desk_block": Access.CLERK,
    "desk_block_removal": Access.CLERK,
    "desk_guidance": Access.CLERK,
    "desk_letter": Access.CLERK,
    "desk_next": Access.CLERK,
    "desk_find": Access.CLERK,
    "desk_request": Access.CLERK,
    "desk_act": Access.CLERK,
    "desk_extend": Access.CLERK,
    "desk_write": Access.CLERK,
    "desk_after_care": Access.CLERK,
    "desk_evidence": Access.CLERK,
    "desk_evidence_preview": Access.CLERK,
    "desk_evidence_page": Access.CLERK,
    "desk_opinion": Access.CLERK,
    "desk_opinion_paper": Access.CLERK,
    "desk_opinion_file": Access.CLERK,
    "desk_document": Access.CLERK,
    "desk_document_revoke": Access.CLERK,
    "desk_complaint": Access.CLERK,
    "desk_team": Access.SUPERVISOR,
    "desk_team_give": Access.SUPERVISOR,
    "desk_absence_end": Access.SUPERVISOR,
    "desk_role_settle": Access.SUPERVISOR,
    "desk_program_confirm": Access.SUPERVISOR,
    "desk_signals": Access.SUPERVISOR,
    # managers
    "managers": Access.MANAGER,
    "managers_load": Access.MANAGER,
    "managers_figures": Access.MANAGER,
    "managers_figures_download": Access.MANAGER,
    "managers_letters": Access.MANAGER,
    "managers_people": Access.MANAGER,
    "managers_role_end": Access.MANAGER,
    "managers_role_settle": Access.MANAGER,
    "managers_programs": Access.MANAGER,
    "managers_program_secret": Access.MANAGER,
    "managers_program_end": Access.MANAGER,
    "managers_program_confirm": Access.MANAGER,
    "managers_calendar": Access.MANAGER,
    "managers_calendar_remove": Access.MANAGER,
    "managers_service": Access.MANAGER,
    "managers_steering": Access.MANAGER,
    "managers_targets": Access.MANAGER,
    "managers_target_end": Access.MANAGER,
    "managers_remarks": Access.MANAGER,
    "managers_remark_withdraw": Access.MANAGER,
    "managers_promises": Access.MANAGER,
    "managers_promise_close": Access.MANAGER,
    "managers_robots": Access.MANAGER,
    "managers_robots_again": Access.MANAGER,
    "managers_robot_act": Access.MANAGER,
    "managers_connectors": Access.OVERSEER,
    "managers_connector": Access.OVERSEER,
    "managers_connector_act": Access.ADMIN,
    "managers_webhooks": Access.MANAGER,
    "managers_webhook_new": Access.MANAGER,
    "managers_webhook": Access.MANAGER,
    "managers_webhook_replay": Access.MANAGER,
    "managers_webhook_renewal": Access.MANAGER,
    "managers_webhook_end": Access.MANAGER,
    "managers_webhook_act": Access.MANAGER,
    "managers_message_replay": Access.MANAGER,
    "managers_new_service": Access.MANAGER,
    "managers_discard": Access.MANAGER,
    "managers_versions": Access.MANAGER,
    "managers_process_model": Access.MANAGER,
    "managers_package": Access.MANAGER,
    "managers_package_file": Access.MANAGER,
    "managers_origin_guidance": Access.MANAGER,
    "managers_origin": Access.MANAGER,
    "managers_draft": Access.MANAGER,
    "managers_try": Access.MANAGER,
    "managers_publish": Access.MANAGER,
    "managers_trial": Access.MANAGER,
    "managers_trial_csv": Access.MANAGER,
    # programs: the API checks tokens and sessions itself and answers in JSON
    "calls": E,
    "call": E,
    "api_services": E,
    "api_service": E,
    "api_form": E,
    "api_eligibility": E,
    "api_service_eligibility": E,
    "api_requests": E,
    "api_request": E,
    "api_history": E,
    "api_messages": E,
    "api_answer": E,
    "api_withdrawal": E,
    "api_documents": E,
    "api_document": E,
    "api_links": E,
    "api_link": E,
    "api_objections": E,
    "api_complaints": E,
    "api_rating": E,
    "api_assistance": E,
    "api_readings": E,
    "api_webhooks": E,
    "api_webhook": E,
    "api_webhook_pause": E,
    "api_webhook_secret": E,
    "api_webhook_test": E,
    "api_webhook_replay": E,
    "api_webhook_messages": E,
    "api_webhook_message": E,
    "api_confirmation": E,
    "api_files": E,
    "api_file": E,
    "api_drafts": E,
    "api_draft": E,
    "api_draft_helped": E,
    "api_draft_faults": E,
    "api_draft_submission": E,
    "api_draft_files": E,
    "api_draft_file": E,
    "api_desk_desks": E,
    "api_desk_tasks": E,
    "api_desk_held": E,
    "api_desk_next": E,
    "api_desk_task": E,
    "api_desk_purpose": E,
    "api_desk_history": E,
    "api_desk_claim": E,
    "api_desk_decision": E,
    "api_desk_question": E,
    "api_desk_activities": E,
    "api_desk_handover": E,
    "api_desk_standing_aside": E,
    "api_desk_extension": E,
    "api_desk_revocation": E,
    "api_desk_counter": E,
    "api_desk_found_out": E,
    "api_desk_complaints": E,
    "api_desk_complaint": E,
    "api_desk_complaint_answer": E,
    "api_desk_team_tasks": E,
    "api_desk_team_handover": E,
    "api_desk_absences": E,
    "api_desk_absence": E,
    "api_desk_messages": E,
    "api_desk_search": E,
    "api_desk_bulk": E,
    "api_desk_bulk_act": E,
    "api_desk_request": E,
    "api_desk_request_purpose": E,
    "api_desk_request_history": E,
    "api_desk_files": E,
    "api_desk_file": E,
    "api_desk_document": E,
    "api_desk_letter": E,
    "api_desk_opinions": E,
    "api_desk_opinions_to_give": E,
    "api_desk_opinion": E,
    "api_desk_opinion_answer": E,
    "api_desk_opinion_paper": E,
    "api_desk_opinion_file": E,
    "api_desk_after_care": E,
    "api_schema": E,
    "oauth_token": E,
    "open311_discovery": E,
    "open311_services": E,
    "open311_service": E,
    "open311_requests": E,
    "open311_request": E,
    "open311_token": E,
    "open311_schema": E,
    "api_log_head": E,
    "api_log_events": E,
    "api_log_month": E,
    "open_data_package": E,
    "open_data_catalogue": E,
    "linked_services": E,
    "linked_service": E,
    "process_model": E,
    "service_package": E,
    "open_data_xes": E,
    "open_data_ocel": E,
    "api_log_keys": E,
    "api_log_inclusion": E,
    "api_log_consistency": E,
    # the portal itself
    "health_live": E,
    "health_ready": E,
    "set_language": E,
    "again": Access.HOLDER,
    "still_here": Access.HOLDER,
    "other_session": Access.SIGNED_IN,
    "other_sessions": Access.SIGNED_IN,
    "mailbox": Access.DEMO,
    "letter": Access.DEMO,
    "letter_as_mailed": Access.DEMO,
    "style_guide": Access.DEMO,
}
GUARDED_BY_THEMSELVES = ("account_", "mfa_", "socialaccount_", "usersessions_", "openid_connect_")
ADMINISTRATOR = "administrator"
ROLES = {
    Access.CLERK: {"clerk", "supervisor"},
    Access.SUPERVISOR: {"supervisor"},
    Access.MANAGER: {"manager"},
    Access.OVERSEER: {"manager", ADMINISTRATOR},
    Access.ADMIN: {ADMINISTRATOR},
}


def rule_of(match: ResolverMatch) -> Access | None:
    """Give the rule for a resolved address; None when there is none, which means that nobody may."""
    if match.view_name.startswith(GUARDED_BY_THEMSELVES):
        return Access.EVERYONE
    return ACCESS.get(match.view_name)


def lacks_second_factor(user: object) -> bool:
    """Tell whether somebody can't come to the pages of officials yet, for want of a second factor."""
    return settings.STAFF_NEED_SECOND_FACTOR and not is_mfa_enabled(user)


def _request_named(request: HttpRequest) -> UUID | None:
    """Give the service request that an address names, if it names one."""
    match = request.resolver_match
    assert match is not None
    pk = match.kwargs.get("pk")
    return pk if isinstance(pk, UUID) and match.view_name.startswith("my_request") else None


class AccessMiddleware(LoginRequiredMiddleware):
    """Let nobody come to a page but those whom the table allows."""

    def process_view(self, request: HttpRequest, view_func: object, *args: object) -> HttpResponseBase | None:
        assert request.resolver_match is not None
        rule = rule_of(request.resolver_match)
        if rule is None or (rule is Access.DEMO and settings.IS_PRODUCTION):
            raise Http404
        if rule in (Access.EVERYONE, Access.DEMO):
            forget_when_sent(request)
            return None
        is_holder = rule is Access.HOLDER and held_by(request)
        if not request.user.is_authenticated and not is_holder:
            return self.handle_no_permission(request, view_func)
        forget_when_sent(request)
        if rule in ROLES:
            return self._for_staff(request, ROLES[rule])
        return None

    def handle_no_permission(self, request: HttpRequest, view_func: object) -> HttpResponseBase:
        """Lead to signing in, and from there back to the page, or to what was typed into its form.

        Whoever came by the code of a request is led to give it again.
        """
        kept = request.method == "POST" and keep_words(request)
        assert request.resolver_match is not None
        if rule_of(request.resolver_match) is Access.HOLDER and was_by_code(request, _request_named(request)):
            messages.info(request, _("Give the reference and the code again: nothing happened here for a long time."))
            return redirect("status")
        return redirect_to_login(reverse("again") if kept else way_back(request))

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        """Lead to signing in where that may help; tell it when the provider of identities is away."""
        if isinstance(exception, SignInFirst):
            return self.handle_no_permission(request, None)
        match = request.resolver_match
        is_at_provider = match is not None and match.view_name.startswith("openid_connect_")
        if is_at_provider and isinstance(exception, RequestException):
            return render(request, "socialaccount/away.html", status=503)
        return None

    def _for_staff(self, request: HttpRequest, roles: set[str]) -> HttpResponseBase | None:
        administers = {ADMINISTRATOR} if getattr(request.user, "is_superuser", False) else set()
        if not (roles_of(request) | administers) & roles:
            raise Http404
        if lacks_second_factor(request.user):
            return redirect("mfa_index")
        return None
