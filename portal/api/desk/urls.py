from django.urls import path

from portal.api.desk import acts, answering, asking, handing, lists, requests, whole

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
    path("tasks/<int:pk>/handover/", handing.Handover.as_view(), name="api_desk_handover"),
    path("tasks/<int:pk>/standing-aside/", handing.StandingAside.as_view(), name="api_desk_standing_aside"),
    path("tasks/<int:pk>/letter/", acts.Letter.as_view(), name="api_desk_letter"),
    path("tasks/<int:pk>/opinions/", asking.Opinions.as_view(), name="api_desk_opinions"),
    path("opinions/", answering.OpinionsToGive.as_view(), name="api_desk_opinions_to_give"),
    path("opinions/<uuid:pk>/", answering.OpinionToGive.as_view(), name="api_desk_opinion"),
    path("opinions/<uuid:pk>/answer/", answering.OpinionAnswer.as_view(), name="api_desk_opinion_answer"),
    path("opinions/<uuid:pk>/papers/<uuid:paper>/", answering.OpinionPaper.as_view(), name="api_desk_opinion_paper"),
    path("opinions/<uuid:pk>/file/", asking.OpinionFile.as_view(), name="api_desk_opinion_file"),
    path("requests/<uuid:pk>/after-care/", requests.AfterCare.as_view(), name="api_desk_after_care"),
    path("requests/<uuid:pk>/extension/", requests.Extension.as_view(), name="api_desk_extension"),
    path("requests/<uuid:pk>/messages/", requests.Letters.as_view(), name="api_desk_messages"),
]
