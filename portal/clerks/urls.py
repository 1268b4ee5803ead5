from django.urls import path

from portal.clerks import acts, complaints, finding, queue, revoking, views

urlpatterns = [
    path("desk/", queue.desk, name="desk"),
    path("desk/counts/", queue.counts, name="desk_counts"),
    path("desk/views/", queue.keep_view, name="desk_views"),
    path("desk/views/<int:pk>/removal/", queue.forget_view, name="desk_view_removal"),
    path("desk/next/", acts.take_next, name="desk_next"),
    path("desk/find/", finding.find, name="desk_find"),
    path("desk/requests/<uuid:pk>/", views.service_request, name="desk_request"),
    path("desk/requests/<uuid:pk>/purpose/", finding.purpose, name="desk_purpose"),
    path("desk/requests/<uuid:pk>/after-care/", acts.after_care, name="desk_after_care"),
    path("desk/requests/<uuid:pk>/extend/", acts.extend, name="desk_extend"),
    path("desk/requests/<uuid:pk>/messages/", acts.write, name="desk_write"),
    path("desk/steps/<int:pk>/<slug:act>/", acts.act, name="desk_act"),
    path("desk/evidence/<uuid:pk>/", views.evidence, name="desk_evidence"),
    path("desk/documents/<uuid:pk>/", views.document, name="desk_document"),
    path("desk/documents/<uuid:pk>/revoke/", revoking.revoke, name="desk_document_revoke"),
    path("desk/complaints/<int:pk>/", complaints.complaint, name="desk_complaint"),
]
