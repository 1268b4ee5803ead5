from django.urls import path

from portal.api.open311 import document, views

urlpatterns = [
    path("discovery.<str:format>", views.Discovery.as_view(), name="open311_discovery"),
    path("v2/services.<str:format>", views.Services.as_view(), name="open311_services"),
    path("v2/services/<str:code>.<str:format>", views.Definition.as_view(), name="open311_service"),
    path("v2/requests.<str:format>", views.Reports.as_view(), name="open311_requests"),
    path("v2/requests/<str:pk>.<str:format>", views.Report.as_view(), name="open311_request"),
    path("v2/tokens/<str:pk>.<str:format>", views.ReportOfToken.as_view(), name="open311_token"),
    path("v2/schema/", document.Document.as_view(), name="open311_schema"),
]
