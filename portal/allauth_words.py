"""Words of other packages that we say better: what the catalogues of the portal hold comes before theirs."""

from django.utils.translation import gettext_noop

OURS_INSTEAD = (gettext_noop("MFA"),)  # allauth's administration; in Arabic it read "Ministry of Foreign Affairs"
