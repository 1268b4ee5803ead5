from django.urls import path

from portal.public import entitlements, figures, rating, sharing, verification, views

urlpatterns = [
    path("", views.home, name="home"),
    path("services/", views.services, name="services"),
    path("services/<slug:code>/", views.service, name="service"),
    path("entitlements/", entitlements.entitlements, name="entitlements"),
    path("life-events/<slug:code>/", views.life_event, name="life_event"),
    path("agencies/<slug:code>/", views.agency, name="agency"),
    path("figures/", figures.figures, name="figures"),
    path("figures/<slug:code>/", figures.figures_of, name="figures_of"),
    path("figures/<slug:code>.csv", figures.figures_csv, name="figures_csv"),
    path("verify/", verification.verify, name="verify"),
    path("verify/<str:number>/", verification.verify_document, name="verify_document"),
    path("rate/<str:token>/", rating.rate, name="rate"),
    path("shared/<str:secret>/", sharing.shared, name="shared"),
    path("shared/<str:secret>/file/", sharing.shared_file, name="shared_file"),
    path("mailbox/", views.mailbox, name="mailbox"),
    path("mailbox/<slug:name>/", views.letter, name="letter"),
    path("mailbox/<slug:name>/mail/", views.letter_as_mailed, name="letter_as_mailed"),
    path("style-guide/", views.style_guide, name="style_guide"),
]
