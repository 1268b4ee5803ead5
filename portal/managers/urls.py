from django.urls import path

from portal.managers import people, robots, views

urlpatterns = [
    path("manage/", views.managers, name="managers"),
    path("manage/people/", people.people, name="managers_people"),
    path("manage/people/<int:pk>/end/", people.end_role, name="managers_role_end"),
    path("manage/people/changes/<uuid:pk>/<slug:act>/", people.settle, name="managers_role_settle"),
    path("manage/services/<slug:code>/", views.service, name="managers_service"),
    path("manage/robots/", robots.robots, name="managers_robots"),
    path("manage/robots/again/", robots.try_kind_again, name="managers_robots_again"),
    path("manage/robots/steps/<int:pk>/<slug:act>/", robots.act, name="managers_robot_act"),
]
