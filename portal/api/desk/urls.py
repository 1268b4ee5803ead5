from django.urls import path

from portal.api.desk import acts, lists, whole

urlpatterns = [
    path("desks/", lists.Desks.as_view(), name="api_desk_desks"),
    path("tasks/", lists.Tasks.as_view(), name="api_desk_tasks"),
    path("tasks/held/", lists.Held.as_view(), name="api_desk_held"),
    path("tasks/next/", lists.Next.as_view(), name="api_desk_next"),
    path("tasks/<int:pk>/", whole.Task.as_view(), name="api_desk_task"),
    path("tasks/<int:pk>/purpose/", whole.Purpose.as_view(), name="api_desk_purpose"),
    path("tasks/<int:pk>/history/", whole.History.as_view(), name="api_desk_history"),
    path("tasks/<int:pk>/claim/", acts.Claim.as_view(), name="api_desk_claim"),
    path("tasks/<int:pk>/decision/", acts.Decision.as_view(), name="api_desk_decision"),
    path("tasks/<int:pk>/question/", acts.Question.as_view(), name="api_desk_question"),
    path("tasks/<int:pk>/activities/", acts.Activities.as_view(), name="api_desk_activities"),
]
