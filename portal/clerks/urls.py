from django.urls import path

from portal.clerks import acts, bulk, complaints, files, finding, knowledge, letter, queue, revoking, views

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
    path("desk/bulk/", bulk.ask, name="desk_bulk"),
    path("desk/bulk/<uuid:pk>/", bulk.act, name="desk_bulk_act"),
    path("desk/texts/", knowledge.blocks, name="desk_blocks"),
    path("desk/texts/new/", knowledge.block, name="desk_new_block"),
    path("desk/texts/<int:pk>/", knowledge.block, name="desk_block"),
    path("desk/texts/<int:pk>/removal/", knowledge.block_removal, name="desk_block_removal"),
    path("desk/guidance/<slug:agency>/<slug:code>/<slug:step>/", knowledge.guidance, name="desk_guidance"),
    path("desk/steps/<int:pk>/letter/", letter.preview, name="desk_letter"),
    path("desk/steps/<int:pk>/<slug:act>/", acts.act, name="desk_act"),
    path("desk/evidence/<uuid:pk>/", files.evidence, name="desk_evidence"),
    path("desk/evidence/<uuid:pk>/preview/", files.preview, name="desk_evidence_preview"),
    path("desk/evidence/<uuid:pk>/pages/<int:number>/", files.page, name="desk_evidence_page"),
    path("desk/documents/<uuid:pk>/", files.document, name="desk_document"),
    path("desk/documents/<uuid:pk>/revoke/", revoking.revoke, name="desk_document_revoke"),
    path("desk/complaints/<int:pk>/", complaints.complaint, name="desk_complaint"),
]
