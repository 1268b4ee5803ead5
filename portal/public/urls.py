from django.urls import path

from portal.public import comparing, entitlements, figures, ledger, places, rating, sharing, verification, views

urlpatterns = [
    path("", views.home, name="home"),
    path("services/", views.services, name="services"),
    path("services/<slug:code>/", views.service, name="service"),
    path("entitlements/", entitlements.entitlements, name="entitlements"),
    path("life-events/<slug:code>/", views.life_event, name="life_event"),
    path("agencies/<slug:code>/", views.agency, name="agency"),
    path("ledger/", ledger.sealed_log, name="sealed_log"),
    path("figures/", figures.figures, name="figures"),
    path("figures/measures/", places.measures, name="measures"),
    path("figures/measures/<slug:code>/", places.measure, name="measure"),
    path("figures/index/", comparing.index, name="figures_index"),
    path("figures/compare/", comparing.compare, name="figures_compare"),
    path("figures/agencies/<slug:code>/", places.figures_of_agency, name="figures_of_agency"),
    path("figures/offices/<slug:code>/", places.figures_of_office, name="figures_of_office"),
    path("figures/all.<str:kind>", figures.state_file, name="state_file"),
    path("figures/<slug:code>/", figures.figures_of, name="figures_of"),
    path("figures/<slug:code>.<str:kind>", figures.figures_file, name="figures_file"),
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
