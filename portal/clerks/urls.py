from django.urls import path

from portal.clerks import acts, views

urlpatterns = [
    path("desk/", views.desk, name="desk"),
    path("desk/next/", acts.take_next, name="desk_next"),
    path("desk/find/", views.find, name="desk_find"),
    path("desk/requests/<uuid:pk>/", views.service_request, name="desk_request"),
    path("desk/requests/<uuid:pk>/after-care/", acts.after_care, name="desk_after_care"),
    path("desk/requests/<uuid:pk>/extend/", acts.extend, name="desk_extend"),
    path("desk/steps/<int:pk>/<slug:act>/", acts.act, name="desk_act"),
    path("desk/evidence/<uuid:pk>/", views.evidence, name="desk_evidence"),
    path("desk/documents/<uuid:pk>/", views.document, name="desk_document"),
]
