from django.urls import include, path

import portal.api.description  # noqa: F401  registers what OpenAPI is told
from portal.api import acts, draft_files, drafts, eligibility, event_log, log, openapi, pages, views

urlpatterns = [
    path("", pages.overview, name="calls"),
    path("calls/<slug:code>/", pages.one, name="call"),
    path("services/", views.ServiceList.as_view(), name="api_services"),
    path("services/<slug:code>/", views.ServiceDetail.as_view(), name="api_service"),
    path("services/<slug:code>/form/", views.ServiceForm.as_view(), name="api_form"),
    path("services/<slug:code>/eligibility/", eligibility.ServiceEligibility.as_view(), name="api_service_eligibility"),
    path("eligibility/", eligibility.Eligibility.as_view(), name="api_eligibility"),
    path("requests/", views.ServiceRequestList.as_view(), name="api_requests"),
    path("requests/<uuid:pk>/", views.ServiceRequestDetail.as_view(), name="api_request"),
    path("requests/<uuid:pk>/history/", acts.History.as_view(), name="api_history"),
    path("requests/<uuid:pk>/messages/", acts.Messages.as_view(), name="api_messages"),
    path("requests/<uuid:pk>/answer/", acts.Answer.as_view(), name="api_answer"),
    path("requests/<uuid:pk>/withdrawal/", acts.Withdrawal.as_view(), name="api_withdrawal"),
    path("requests/<uuid:pk>/documents/", acts.Documents.as_view(), name="api_documents"),
    path("requests/<uuid:pk>/documents/<uuid:document>/", acts.DocumentFile.as_view(), name="api_document"),
    path("drafts/", drafts.Drafts.as_view(), name="api_drafts"),
    path("drafts/<uuid:pk>/", drafts.DraftDetail.as_view(), name="api_draft"),
    path("drafts/<uuid:pk>/faults/", drafts.DraftFaults.as_view(), name="api_draft_faults"),
    path("drafts/<uuid:pk>/submission/", drafts.DraftSubmission.as_view(), name="api_draft_submission"),
    path("drafts/<uuid:pk>/files/", draft_files.DraftFiles.as_view(), name="api_draft_files"),
    path("drafts/<uuid:pk>/files/<uuid:file>/", draft_files.DraftFileDetail.as_view(), name="api_draft_file"),
    path("desk/", include("portal.api.desk.urls")),
    path("log/head", log.LogHead.as_view(), name="api_log_head"),
    path("log/keys", log.LogKeys.as_view(), name="api_log_keys"),
    path("log/inclusion/<int:index>/<int:size>", log.LogInclusion.as_view(), name="api_log_inclusion"),
    path("log/consistency/<int:old>/<int:size>", log.LogConsistency.as_view(), name="api_log_consistency"),
    path("log/events", event_log.EventLog.as_view(), name="api_log_events"),
    path("log/events/<str:month>.<str:kind>", event_log.EventLogMonth.as_view(), name="api_log_month"),
    path("schema/", openapi.Document.as_view(), name="api_schema"),
]
