from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt
from django.views.i18n import set_language

from portal import health, idle, kept_words, place, sessions
from portal.api import oauth

handler400 = "portal.errors.refused"
handler404 = "portal.errors.missing"
handler500 = "portal.errors.fault"

urlpatterns = [
    path("health/live", health.live, name="health_live"),
    path("health/ready", health.ready, name="health_ready"),
    # Exempt, because a page that sends no referrer sends no origin either; it changes nothing but the language.
    path("place/", place.place, name="place"),
    path("language/", csrf_exempt(set_language), name="set_language"),
    path("account/still-here/", idle.still_here, name="still_here"),
    path("account/again/", kept_words.again, name="again"),
    path("account/sessions/others/", sessions.end_others, name="other_sessions"),
    path("account/sessions/<int:pk>/", sessions.session, name="other_session"),
    # Before the library's own, at the same addresses.
    path("account/2fa/totp/deactivate/", sessions.TakeAppAway.as_view(), name="mfa_deactivate_totp"),
    path("account/2fa/webauthn/keys/<int:pk>/remove/", sessions.TakePasskeyAway.as_view(), name="mfa_remove_webauthn"),
    path("account/", include("allauth.urls")),
    path("api/", include("portal.api.urls")),
    path("oauth/token", oauth.token, name="oauth_token"),
    path("open311/", include("portal.api.open311.urls")),
    path("open-data/", include("portal.api.open_data_urls")),
    path("", include("portal.clerks.urls")),
    path("", include("portal.managers.urls")),
    path("", include("portal.citizens.urls")),
    path("", include("portal.public.urls")),
]
