from django.http import Http404


def begin(request, **kwargs):
    raise Http404


page = check = discard = done = remove_file = begin
