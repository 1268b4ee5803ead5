"""Files as answers of the API: named kinds, faults as JSON all the same, and kept by no cache."""

from django.utils.decorators import method_decorator
from drf_spectacular.types import OpenApiTypes
from rest_framework import renderers
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.brought_files import gives_brought_files


class AsPDF(renderers.BaseRenderer):
    """Only names the kind: the file is answered as it is."""

    media_type, format = "application/pdf", "pdf"


class AsJPEG(AsPDF):
    media_type, format = "image/jpeg", "jpeg"


class AsPNG(AsPDF):
    media_type, format = "image/png", "png"


KINDS = (AsPDF, AsJPEG, AsPNG)
A_FILE = {(200, kind.media_type): OpenApiTypes.BINARY for kind in KINDS}


class GivesFile(APIView):
    """A call that is answered by a file."""

    renderer_classes = [renderers.JSONRenderer, *KINDS]

    def handle_exception(self, exc: Exception) -> Response:
        """Tell a fault as JSON even where a file was asked for."""
        answer = super().handle_exception(exc)
        self.request.accepted_renderer, self.request.accepted_media_type = renderers.JSONRenderer(), "application/json"
        return answer


@method_decorator(gives_brought_files, name="dispatch")
class GivesBroughtFile(GivesFile):
    """A call that is answered by a file that somebody brought: to save, and with no rights in a browser."""
