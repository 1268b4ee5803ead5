from django.urls import path

from portal.api import open_data

urlpatterns = [
    path("datapackage.json", open_data.data_package, name="open_data_package"),
    path("catalog.jsonld", open_data.catalogue, name="open_data_catalogue"),
]
