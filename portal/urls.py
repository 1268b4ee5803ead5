from django.contrib import admin
from django.urls import include, path
from django.views.i18n import set_language

from portal import health

urlpatterns = [
    path("health/live", health.live, name="health_live"),
    path("health/ready", health.ready, name="health_ready"),
    path("language/", set_language, name="set_language"),
    path("account/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("api/", include("portal.api.urls")),
    path("", include("portal.clerks.urls")),
    path("", include("portal.managers.urls")),
    path("", include("portal.citizens.urls")),
    path("", include("portal.public.urls")),
]
