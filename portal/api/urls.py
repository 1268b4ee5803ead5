from django.urls import path
from drf_spectacular.views import SpectacularAPIView

from portal.api import views

urlpatterns = [
    path("services/", views.ServiceList.as_view(), name="api_services"),
    path("services/<slug:code>/", views.ServiceDetail.as_view(), name="api_service"),
    path("requests/", views.ServiceRequestList.as_view(), name="api_requests"),
    path("requests/<uuid:pk>/", views.ServiceRequestDetail.as_view(), name="api_request"),
    path("schema/", SpectacularAPIView.as_view(), name="api_schema"),
]
