from django.urls import path

from portal.managers import robots, views

urlpatterns = [
    path("manage/", views.managers, name="managers"),
    path("manage/services/<slug:code>/", views.service, name="managers_service"),
    path("manage/robots/", robots.robots, name="managers_robots"),
    path("manage/robots/again/", robots.try_kind_again, name="managers_robots_again"),
    path("manage/robots/steps/<int:pk>/<slug:act>/", robots.act, name="managers_robot_act"),
]
