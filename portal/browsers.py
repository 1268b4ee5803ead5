"""Tell a browser by what it says of itself; good enough for people to know their own devices by."""

from django.utils.translation import gettext as _

# The first that fits counts: most browsers claim to be others, too.
BROWSERS = [("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox")]
BROWSERS += [("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari")]
SYSTEMS = [("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows")]
SYSTEMS += [("Mac OS", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux")]


def browser_in_words(user_agent: str) -> str:
    """Give browser and system by their names: `Chrome, Android`; a browser that isn't known is told so."""
    browser = next((name for mark, name in BROWSERS if mark in user_agent), _("Another program"))
    system = next((name for mark, name in SYSTEMS if mark in user_agent), "")
    return f"{browser}, {system}" if system else browser
