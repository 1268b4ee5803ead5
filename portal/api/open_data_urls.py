from django.urls import path

from portal.api import linked_data, open_data, process_mining, process_model, service_package

urlpatterns = [
    path("datapackage.json", open_data.data_package, name="open_data_package"),
    path("catalog.jsonld", open_data.catalogue, name="open_data_catalogue"),
    path("events.xes.gz", process_mining.xes, name="open_data_xes"),
    path("events.ocel.json", process_mining.ocel, name="open_data_ocel"),
    path("services.<str:kind>", linked_data.services, name="linked_services"),
    path("services/<slug:code>.bpmn", process_model.bpmn, name="process_model"),
    path("services/<slug:code>.package.json", service_package.service_package, name="service_package"),
    path("services/<slug:code>.<str:kind>", linked_data.service, name="linked_service"),
]
