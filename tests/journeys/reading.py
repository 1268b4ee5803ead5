"""Which page is read by axe in which journeys: one table, and no page stands outside of it.

A page is an address with a name. `assert_sound` tells `note` what it reads; when all journeys of a file have been
walked, what they read is what the table says of them. So this holds when only some of the files are walked, too.
"""

from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

from django.urls import Resolver404, resolve


class Unread(StrEnum):
    """Why axe never reads what an address gives."""

    FILE = "a file to keep, no page"
    PICTURE = "a picture within a page that is read"
    PART = "a part that a script puts into a page that is read"
    DATA = "for programs, no page"
    FORM = "takes what a page that is read sends, and leads to a page that is read"
    MAIL = "a letter as mail programs show it, within pages of their own; its words are on a page that is read"
    ODD = "only for who comes from a provider of identities that tells no address; no provider here does so"
    WAY = "leads to a page that is read"


IN_FILE: Final = {
    "test_pages": """
        home services service life_event entitlements agency place sealed_log figures figures_of measures measure
        figures_index figures_compare figures_of_agency figures_of_office verify calls call mailbox letter style_guide
        apply apply_for apply_page apply_check apply_done apply_discard status my_requests my_request
        my_request_withdraw my_documents my_data my_profile my_readings my_notices my_notice_ways
        desk desk_request desk_act desk_team desk_signals managers managers_service managers_load managers_steering
        managers_figures managers_connectors managers_connector
        account_login account_signup mfa_index
    """,
    "test_account_pages": """
        my_programs my_program_renewal my_program_end account_request_login_code account_reset_password
        account_reset_password_done account_change_password account_email account_logout account_reauthenticate
        account_email_verification_sent mfa_activate_totp mfa_deactivate_totp mfa_view_recovery_codes
        mfa_list_webauthn mfa_add_webauthn mfa_remove_webauthn socialaccount_connections usersessions_list
    """,
    "test_ways_to_sign_in": "account_confirm_login_code mfa_authenticate",
    "test_new_password": "account_reset_password_from_key account_reset_password_from_key_done",
    "test_acting": "my_request_object my_request_complain my_request_rate my_document_share rate shared desk_complaint",
    "test_for_others": "apply_for_change my_request_answer",
    "test_interrupted": "again",
    "test_managing": """
        managers_people managers_programs managers_program_secret managers_program_end
        managers_calendar managers_versions managers_draft managers_publish managers_trial managers_process_model
        managers_package managers_origin managers_new_service managers_discard
        managers_robots managers_robots_again managers_connector_act
    """,
    "test_webhooks": """
        managers_webhooks managers_webhook_new managers_webhook managers_webhook_renewal managers_webhook_end
    """,
    "test_own_data": "my_data_erase",
    "test_own_ways": "apply_keep my_request_write desk_write",
    "test_papers_to_keep": "verify_document",
    "test_refused": "desk_document_revoke other_session other_sessions",
    "test_seldom_states": "desk_purpose unsubscribe",
    "test_promises": "managers_promises managers_promise_close managers_remarks managers_targets",
    "test_seldom_account_pages": """
        account_inactive account_set_password mfa_edit_webauthn mfa_generate_recovery_codes mfa_reauthenticate
        socialaccount_login_cancelled socialaccount_login_error
    """,
    "test_small_ways": "my_request_papers",
    "test_desk": """
        desk_blocks desk_new_block desk_block desk_find desk_guidance desk_letter desk_bulk desk_bulk_act
        desk_evidence_preview
    """,
    "test_opinions": "desk_opinion",
}
READ: Final = {name: file for file, names in IN_FILE.items() for name in names.split()}
UNREAD: Final = {
    name: why
    for why, names in {
        Unread.FILE: """
            figures_file state_file agency_file office_file compare_file index_file
            apply_receipt apply_file shared_file my_data_download my_request_dates
            my_request_proof evidence document desk_evidence desk_document desk_opinion_paper desk_opinion_file
            managers_figures_download managers_package_file managers_trial_csv mfa_download_recovery_codes
        """,
        Unread.PICTURE: "figures_chart agency_chart office_chart compare_chart index_chart desk_evidence_page",
        Unread.PART: "desk_counts",
        Unread.DATA: """
            allocation_round api_services api_service api_form api_eligibility api_requests api_request api_schema
            api_history api_messages api_answer api_withdrawal api_documents api_document
            api_links api_link api_objections api_complaints api_rating api_assistance api_readings
            api_webhooks api_webhook api_webhook_pause api_webhook_secret api_webhook_test api_webhook_replay
            api_webhook_messages api_webhook_message
            api_confirmation api_files api_file
            api_drafts api_draft api_draft_helped api_draft_faults api_draft_submission api_draft_files api_draft_file
            api_service_eligibility
            api_desk_desks api_desk_tasks api_desk_held api_desk_next api_desk_task api_desk_purpose api_desk_history
            api_desk_claim api_desk_decision api_desk_question api_desk_activities
            api_desk_handover api_desk_standing_aside api_desk_extension api_desk_messages
            api_desk_revocation api_desk_complaints api_desk_complaint api_desk_complaint_answer
            api_desk_counter api_desk_found_out
            api_desk_team_tasks api_desk_team_handover api_desk_absences api_desk_absence
            api_desk_search api_desk_bulk api_desk_bulk_act api_desk_request api_desk_request_purpose
            api_desk_request_history api_desk_files api_desk_file api_desk_document
            api_desk_letter api_desk_opinions api_desk_opinions_to_give api_desk_opinion api_desk_opinion_answer
            api_desk_opinion_paper api_desk_opinion_file api_desk_after_care
            api_log_head api_log_events api_log_month api_log_keys api_log_inclusion api_log_consistency
            oauth_token
            open311_discovery open311_services open311_service open311_requests open311_request open311_token
            open311_schema
            open_data_package open_data_catalogue open_data_xes open_data_ocel linked_services linked_service
            process_model service_package health_live health_ready mfa_login_webauthn mfa_reauthenticate_webauthn
        """,
        Unread.FORM: """
            apply_remove_file status_end my_data_export my_request_end_assistance my_request_confirm my_link_end
            desk_views desk_view_removal desk_block_removal desk_next desk_extend desk_after_care desk_team_give
            desk_absence_end desk_role_settle desk_program_confirm managers_program_confirm
            managers_letters managers_origin_guidance managers_role_end managers_role_settle
            managers_calendar_remove managers_target_end managers_remark_withdraw managers_robot_act managers_try
            managers_webhook_act managers_webhook_replay managers_message_replay set_language still_here
        """,
        Unread.MAIL: "letter_as_mailed",
        Unread.ODD: "socialaccount_signup",
        Unread.WAY: "welcome apply_resume openid_connect_login openid_connect_callback",
    }.items()
    for name in names.split()
}
OF_THE_PAGE_ITSELF: Final = (422, 401)  # with its faults; and what tells that nobody was signed in
_read: set[str] = set()


def note(address: str, status: int) -> None:
    """Keep that axe reads a page. What tells that there is no such page, or no answer now, is another one."""
    if status >= 400 and status not in OF_THE_PAGE_ITSELF:
        return
    try:
        name = resolve(urlsplit(address).path).view_name
    except Resolver404:
        return
    assert name in READ, f"axe reads {name}: say so in {__name__}"
    _read.add(name)


def forget() -> None:
    _read.clear()


def unread_of(file: str) -> set[str]:
    """Give the pages that a file of journeys stands for and that were not read since the last `forget`."""
    return {name for name, where in READ.items() if where == file} - _read
