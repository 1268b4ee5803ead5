from django.urls import path

from portal.managers import views

urlpatterns = [
    path("manage/", views.managers, name="managers"),
    path("manage/services/<slug:code>/", views.service, name="managers_service"),
]
