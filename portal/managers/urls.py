from django.urls import path

from portal.managers import (
    calendars,
    connectors,
    drafts,
    load,
    people,
    promises,
    robots,
    sending,
    steering,
    targets,
    trials,
    versions,
    views,
)

SERVICE = "manage/services/<slug:code>"
DRAFT = f"{SERVICE}/versions/<uuid:pk>"

urlpatterns = [
    path("manage/", views.managers, name="managers"),
    path("manage/load/", load.load, name="managers_load"),
    path("manage/figures/", sending.figures, name="managers_figures"),
    path("manage/figures/file/", sending.download, name="managers_figures_download"),
    path("manage/letters/", sending.letters, name="managers_letters"),
    path("manage/people/", people.people, name="managers_people"),
    path("manage/people/<int:pk>/end/", people.end_role, name="managers_role_end"),
    path("manage/people/changes/<uuid:pk>/<slug:act>/", people.settle, name="managers_role_settle"),
    path("manage/calendars/<slug:code>/", calendars.calendar, name="managers_calendar"),
    path("manage/calendars/days/<uuid:pk>/removal/", calendars.remove_day, name="managers_calendar_remove"),
    path("manage/connectors/", connectors.connectors, name="managers_connectors"),
    path("manage/connectors/<slug:code>/", connectors.connector, name="managers_connector"),
    path("manage/connectors/<slug:code>/<slug:act>/", connectors.act, name="managers_connector_act"),
    path("manage/robots/", robots.robots, name="managers_robots"),
    path("manage/robots/again/", robots.try_kind_again, name="managers_robots_again"),
    path("manage/robots/steps/<int:pk>/<slug:act>/", robots.act, name="managers_robot_act"),
    path(f"{SERVICE}/", views.service, name="managers_service"),
    path(f"{SERVICE}/steering/", steering.steering, name="managers_steering"),
    path(f"{SERVICE}/targets/", targets.targets, name="managers_targets"),
    path("manage/targets/<uuid:pk>/end/", targets.end, name="managers_target_end"),
    path(f"{SERVICE}/remarks/", targets.remarks, name="managers_remarks"),
    path("manage/remarks/<uuid:pk>/withdrawal/", targets.withdraw, name="managers_remark_withdraw"),
    path(f"{SERVICE}/promises/", promises.promises, name="managers_promises"),
    path("manage/promises/<uuid:pk>/closing/", promises.close, name="managers_promise_close"),
    path(f"{SERVICE}/versions/", versions.versions, name="managers_versions"),
    path(f"{DRAFT}/", drafts.draft, name="managers_draft"),
    path(f"{DRAFT}/try/", drafts.try_on_requests, name="managers_try"),
    path(f"{DRAFT}/publish/", drafts.publish, name="managers_publish"),
    path("manage/trials/<uuid:pk>/", trials.trial, name="managers_trial"),
    path("manage/trials/<uuid:pk>/results.csv", trials.trial_csv, name="managers_trial_csv"),
]
