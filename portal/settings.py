"""Every setting of the portal, read from the environment once.

`PORTAL_MODE` is `production` (the default), `demo` or `test`. Production refuses weak settings; see `portal/checks.py`.
"""

import os
from pathlib import Path
from urllib.parse import unquote, urlparse

from csp.constants import NONCE, NONE, SELF, STRICT_DYNAMIC
from django.utils.translation import gettext_lazy as _
from environs import Env

env = Env(eager=False)

BASE_DIR = Path(__file__).resolve().parent.parent
MODE = env.str("PORTAL_MODE", "production")
IS_PRODUCTION = MODE == "production"
IS_DEMO = MODE == "demo"
VAR_DIR = Path(env.str("PORTAL_VAR", str(BASE_DIR / "var")))

DEBUG = env.bool("DEBUG", False)
SECRET_KEY = env.str("SECRET_KEY", "")
BASE_URL = env.str("BASE_URL", "http://127.0.0.1:8000")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["127.0.0.1", "localhost"])
DATABASE_URL = env.str("DATABASE_URL", "postgresql://portal@127.0.0.1:5432/portal")
REDIS_URL = env.str("REDIS_URL", "redis://127.0.0.1:6379/0")
EMAIL_URL = env.str("EMAIL_URL", "")
TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", 0)

INSTALLED_APPS = [
    "services.accounts",
    "services.agencies",
    "services.ledger",
    "services.connectors",
    "services.catalogue",
    "services.requests",
    "services.workflow",
    "services.transparency",
    "services.webhooks",
    "portal.apps.PortalConfig",
    "portal.embedded",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_cotton.apps.SimpleAppConfig",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_standardized_errors",
]

MIDDLEWARE = [
    "portal.middleware.ConnectionsEndWithThreads",
    "portal.middleware.SecurityHeaders",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "portal.idle.IdleLimit",
    "portal.access.AccessMiddleware",
    "portal.errors.WholeForms",
    "portal.middleware.FaultyForms",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django_cotton.cotton_loader.Loader",
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "csp.context_processors.nonce",
                "portal.context.portal",
            ],
            "builtins": [
                *("django_cotton.templatetags.cotton", "portal.templatetags.words", "portal.templatetags.clocks")
            ],
        },
    }
]
COTTON_DIR = "components"


# How long one statement may run, and a process stand still while it holds locks that others wait for.
LONGEST_MS = {
    "statement_timeout": env.int("STATEMENT_TIMEOUT_MS", 30_000),
    "idle_in_transaction_session_timeout": env.int("STANDSTILL_TIMEOUT_MS", 60_000),
}


def database(url: str) -> dict[str, object]:
    """Read a PostgreSQL URL into Django's settings; a path in `?host=` names a socket's folder."""
    parts = urlparse(url)
    socket = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair).get("host", "")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(socket) or parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": env.int("CONN_MAX_AGE", 60),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "options": " ".join(f"-c {name}={ms}" for name, ms in LONGEST_MS.items()),
            "prepare_threshold": env.int("PREPARE_THRESHOLD", 5) or None,  # what services/ledger/preparing.py asks
        },
    }


DATABASES = {"default": database(DATABASE_URL)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Not in Valkey: it holds the limits on sign-in attempts, and people must be able to sign in while the broker is away.
# Above so many entries Django throws a third of them away, counters too: then nobody would be limited any more.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "portal_cache",
        "OPTIONS": {"MAX_ENTRIES": 1_000_000},
    },
    "figures": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 200}},
}
FIGURES_KEPT_S = env.int("FIGURES_KEPT_S", 0 if MODE == "test" else 600)

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "portal.field_faults.LongEnough", "OPTIONS": {"min_length": 12}},
    {"NAME": "portal.field_faults.UnlikeTheirOwn"},
    {"NAME": "portal.field_faults.Uncommon"},
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "welcome"
LOGOUT_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "portal.account_forms.Adapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXY_COUNT
MFA_ADAPTER = "portal.account_forms.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
_passkeys = {
    "add": "AddPasskeyForm",
    "edit": "EditPasskeyForm",
    "authenticate": "SecondStepForm",
    "login": "SignInByPasskeyForm",
    "reauthenticate": "ConfirmByPasskeyForm",
}
MFA_FORMS = {f"{act}_webauthn": f"portal.account_forms.{form}" for act, form in _passkeys.items()}
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not IS_PRODUCTION

# A provider of identities to sign in with. Its word links no account by e-mail address alone: people sign in first.
OIDC_URL = env.str("OIDC_URL", "")
SOCIALACCOUNT_EMAIL_VERIFICATION = "mandatory"
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "government",
                "name": env.str("OIDC_NAME", "Government ID"),
                "client_id": env.str("OIDC_CLIENT_ID", ""),
                "secret": env.str("OIDC_CLIENT_SECRET", ""),
                "settings": {"server_url": OIDC_URL},
            }
        ]
        if OIDC_URL
        else [],
    }
}
USERSESSIONS_ADAPTER = "portal.sessions.OnRecord"
STAFF_NEED_SECOND_FACTOR = env.bool("STAFF_NEED_SECOND_FACTOR", IS_PRODUCTION)

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 12 * 60 * 60
# From the sign-in, whatever is done meanwhile; the age above begins anew with each visit.
SESSION_LIMIT_STAFF_S = env.int("SESSION_LIMIT_STAFF_S", 12 * 60 * 60)
IDLE_LIMIT_S, IDLE_LIMIT_STAFF_S = env.int("IDLE_LIMIT_S", 3600), env.int("IDLE_LIMIT_STAFF_S", 1800)
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_PRODUCTION
SESSION_COOKIE_NAME = "__Host-session" if IS_PRODUCTION else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if IS_PRODUCTION else "csrf"
CSRF_FAILURE_VIEW = "portal.errors.csrf_failure"
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", IS_PRODUCTION)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXY_COUNT else None
SECURE_HSTS_SECONDS = 31_536_000 if IS_PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IS_PRODUCTION
SECURE_REFERRER_POLICY = "same-origin"
SECURE_REDIRECT_EXEMPT = [r"^health/"]
X_FRAME_OPTIONS = "DENY"
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", [])
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [NONCE, STRICT_DYNAMIC],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF, *([f"{urlparse(OIDC_URL).scheme}://{urlparse(OIDC_URL).netloc}"] if OIDC_URL else [])],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1_000
DATA_UPLOAD_MAX_NUMBER_FILES = 20
EVIDENCE_MAX_BYTES = 10_000_000
FILE_UPLOAD_HANDLERS = [
    "portal.uploads.OnlySoMuch",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
# Who checks files that people bring: clamd at tcp://host:port or unix:///path; nobody when empty (docs/decisions/0019).
CLAMD_URL, CLAMD_WAIT_S = env.str("CLAMD_URL", ""), env.float("CLAMD_WAIT_S", 5)

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("az", _("Azerbaijani")), ("fr", _("French")), ("ar", _("Arabic"))]
LANGUAGE_COOKIE_NAME = "language"
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["portal.formats"]
USE_I18N = USE_TZ = True
TIME_ZONE = "Asia/Baku"
PHONENUMBER_DEFAULT_REGION = "AZ"

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
MEDIA_ROOT = VAR_DIR / "files"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if MODE == "test"
        else "portal.static_files.OneSheetStorage"
    },
}

MAILBOX_DIR = VAR_DIR / "mail"
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "Portal <portal@example.org>")
if EMAIL_URL:
    _mail = urlparse(EMAIL_URL)
    EMAIL_HOST, EMAIL_PORT = _mail.hostname or "localhost", _mail.port or 25
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_mail.username or ""), unquote(_mail.password or "")
    EMAIL_USE_TLS = _mail.scheme == "smtp+tls"
    EMAIL_TIMEOUT = 10
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = MAILBOX_DIR

SMS_URL, SMS_TOKEN = env.str("SMS_URL", ""), env.str("SMS_TOKEN", "")
SMS_IS_OFFERED = bool(SMS_URL) or not IS_PRODUCTION

KEYS_DIR = Path(env.str("KEYS_DIR", str(VAR_DIR / "keys")))
# Who watches the ledger: "key address" each, such as "witness.example.org/w1+0a1b2c3d+BAAA... https://example.org".
WITNESSES = [tuple(words.split()) for words in env.list("WITNESSES", [])]
LOG_ORIGIN = env.str("LOG_ORIGIN", f"{urlparse(BASE_URL).hostname}/ledger")

CELERY_BROKER_URL = REDIS_URL
ROBOT_PAUSES_S = env.list("ROBOT_PAUSES_S", [5, 30, 120, 600], subcast=float)
ROBOT_LEASE_S, UNDO_S = env.float("ROBOT_LEASE_S", 20), env.int("UNDO_S", 0 if MODE == "test" else 30)

# What connectors may refer to (docs/connectors.md): addresses and secrets, by names that begin like this.
CONNECTOR_VALUES = {name: value for name, value in os.environ.items() if name.startswith("CONNECTOR_")}
CONNECTOR_VALUES["REGISTRY_URL"] = env.str("REGISTRY_URL", "")
# Which inside addresses, or other ports than 443, managers may let webhooks go to: `10.2.3.0/24:8443` each.
WEBHOOK_ALLOW = env.list("WEBHOOK_ALLOW", [])
WEBHOOK_URL = BASE_URL + "/manage/webhooks/{id}/"
API_REQUEST_URL = BASE_URL + "/api/requests/{id}/"
API_TASK_URL = BASE_URL + "/api/desk/tasks/{id}/"
STATUS_URL = BASE_URL + "/status/"
FOLLOW_URL = BASE_URL + "/my/requests/{id}/"
DESK_URL = f"{BASE_URL}/desk/"
STEERING_URL = BASE_URL + "/manage/services/{code}/steering/"
UNSUBSCRIBE_URL = BASE_URL + "/unsubscribe/{token}/"
RATE_URL = BASE_URL + "/rate/{token}/"
SHARE_URL = BASE_URL + "/shared/{secret}/"
VERIFY_URL = BASE_URL + "/verify/{number}/"
MAIL_DOMAIN = urlparse(BASE_URL).hostname or "localhost"

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "portal.api.tokens.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated", "portal.api.tokens.HasScope"],
    "DEFAULT_THROTTLE_CLASSES": ["portal.api.limiting.WritesAnHour"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["portal.api.parsers.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "portal.api.faults.Described",
    "EXCEPTION_HANDLER": "drf_standardized_errors.handler.exception_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
FAULT_CODES = ("400", "401", "403", "404", "405", "406", "409", "413", "415", "422", "429", "500", "503")
DRF_STANDARDIZED_ERRORS = {
    "EXCEPTION_HANDLER_CLASS": "portal.errors.Faults",
    "ALLOWED_ERROR_STATUS_CODES": FAULT_CODES,
    "ERROR_SCHEMAS": dict.fromkeys(FAULT_CODES, "portal.api.faults.ErrorsSerializer"),
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Portal API",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SCHEMA_PATH_PREFIX": "/api",
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_NAME_OVERRIDES": {"OpinionStateEnum": "services.workflow.asked_opinions.AskedOpinion.State"},
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "WARNING")},
}

# Guards that only tests may switch off, to prove that each is needed (docs/decisions/0004-negative-controls.md).
_guards_off = env.list("GUARDS_OFF", []) if MODE == "test" else []
_guards = ("fence", "sweep", "idempotency", "bell", "final_order", "locks", "unknown")
GUARDS = {guard: guard not in _guards_off for guard in _guards}
# Where processes shall die in a test, as `name:n`; each writes its name into the folder before it does.
CRASH_AT, CRASHES_DIR = frozenset(env.list("CRASH_AT", []) if MODE == "test" else []), VAR_DIR / "crashes"

env.seal()
