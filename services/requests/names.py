"""Find people by name: case, accents and Azerbaijani letters forgiven, in the database."""

from django.db.models import Func, TextField


class FoldedName(Func):
    """Give the name in a request's contact in small letters without accents; an index keeps it for searches."""

    function = "folded_name"
    output_field = TextField()


FUNCTION = r"""
CREATE FUNCTION folded_name(contact jsonb) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
translate(lower(
regexp_replace(normalize(coalesce(contact->>'name', ''), NFKD), '[\u0300-\u036f]', '', 'g')), 'əı', 'ei')
"""
