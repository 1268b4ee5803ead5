from django.urls import path

from portal.citizens import applying, following

urlpatterns = [
    path("apply/<slug:code>/", applying.begin, name="apply"),
    path("apply/draft/<uuid:pk>/check/", applying.check, name="apply_check"),
    path("apply/draft/<uuid:pk>/discard/", applying.discard, name="apply_discard"),
    path("apply/draft/<uuid:pk>/files/<uuid:file>/remove/", applying.remove_file, name="apply_remove_file"),
    path("apply/draft/<uuid:pk>/<slug:page>/", applying.page, name="apply_page"),
    path("apply/done/<uuid:pk>/", applying.done, name="apply_done"),
    path("welcome/", following.welcome, name="welcome"),
    path("my/requests/", following.my_requests, name="my_requests"),
    path("my/requests/<uuid:pk>/", following.my_request, name="my_request"),
    path("my/requests/<uuid:pk>/withdraw/", following.withdraw, name="my_request_withdraw"),
    path("my/steps/<int:pk>/answer/", following.answer, name="my_request_answer"),
    path("my/steps/<int:pk>/confirm/", following.confirm, name="my_request_confirm"),
    path("my/evidence/<uuid:pk>/", following.evidence, name="evidence"),
    path("my/documents/<uuid:pk>/", following.document, name="document"),
]
