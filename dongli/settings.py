"""All settings. Every one comes from the environment (the table is in docs/operations.md) and is checked at start."""

import os
from pathlib import Path
from urllib.parse import unquote, urlparse

import django_stubs_ext

from dongli.operations import embedded

django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent


def _flag(name: str, *, default: bool = False) -> bool:
    return os.environ.get(name, "1" if default else "0").lower() in {"1", "true", "yes", "on"}


def _words(name: str, default: str = "") -> list[str]:
    return [word for word in os.environ.get(name, default).replace(",", " ").split() if word]


# The demonstration: sample keys, a persona switcher, codes on the console. The checks refuse it in production.
PRODUCTION = _flag("DONGLI_PRODUCTION")
DEMO = _flag("DONGLI_DEMO", default=not PRODUCTION)
DEBUG = _flag("DONGLI_DEBUG")
DEMO_SECRET = "demonstration-only-not-a-secret"  # noqa: S105 (refused in production by a system check)
SECRET_KEY = os.environ.get("DONGLI_SECRET_KEY", DEMO_SECRET)
FIELD_KEYS = _words("DONGLI_FIELD_KEYS", DEMO_SECRET)
HASH_KEY = os.environ.get("DONGLI_HASH_KEY", DEMO_SECRET)
BASE_URL = os.environ.get("DONGLI_BASE_URL", "http://localhost:8000").rstrip("/")
ALLOWED_HOSTS = _words("DONGLI_ALLOWED_HOSTS", "localhost 127.0.0.1 [::1] testserver")
CSRF_TRUSTED_ORIGINS = [BASE_URL] if BASE_URL.startswith("https://") else []
BEHIND_PROXY = _flag("DONGLI_BEHIND_PROXY")
VAR = Path(os.environ.get("DONGLI_VAR", BASE_DIR / "var")).resolve()
CITY_CODE = os.environ.get("DONGLI_CITY_CODE", "430200000000")
CITY_CENTRE = (113.134, 27.828)
# The problem list: how many cases of one class in how many days make a problem; how many “no” take it up again.
PROBLEM_DAYS = int(os.environ.get("DONGLI_PROBLEM_DAYS", "90"))
PROBLEM_THRESHOLD = int(os.environ.get("DONGLI_PROBLEM_THRESHOLD", "3"))
# What counts as reported before: an open case of the same line so near and so recent; the lines whose open cases a
# filer may be told of (they are about things everybody sees, never about households or people).
NEARBY_METRES = int(os.environ.get("DONGLI_NEARBY_METRES", "150"))
NEARBY_DAYS = int(os.environ.get("DONGLI_NEARBY_DAYS", "14"))
NEARBY_LINES = _words("DONGLI_NEARBY_LINES", "urban_management emergency")
FOLLOW_UP_PERCENT = int(os.environ.get("DONGLI_FOLLOW_UP_PERCENT", "20"))
# Emergency whistles: how often they ring until acknowledged, and how long they wait for a signature.
RING_MINUTES = int(os.environ.get("DONGLI_RING_MINUTES", "3"))
EMERGENCY_SIGN_MINUTES = int(os.environ.get("DONGLI_EMERGENCY_SIGN_MINUTES", "10"))
# Internal notes: how large an attachment may be, in megabytes.
ATTACHMENT_MB = int(os.environ.get("DONGLI_ATTACHMENT_MB", "20"))
# A resident's copy of their data can be fetched for so many days.
COPY_DAYS = int(os.environ.get("DONGLI_COPY_DAYS", "7"))
# What sends words to many people waits so many seconds, in which it can be undone.
UNDO_SECONDS = int(os.environ.get("DONGLI_UNDO_SECONDS", "10"))

INSTALLED_APPS = [
    "dongli.areas",
    "dongli.organisations",
    "dongli.people",
    "dongli.notices",
    "dongli.duties",
    "dongli.volunteering",
    "dongli.cases",
    "dongli.partnerships",
    "dongli.reporting",
    "dongli.web",
    "dongli.operations",
    "dongli.people.back_office.BackOfficeConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "pgtrigger",
    "pghistory",
    "procrastinate.contrib.django",
    "django_htmx",
    "template_partials",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "dongli.web.middleware.LanguageMiddleware",
    "dongli.web.middleware.CleanInputMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "dongli.people.middleware.ViewerMiddleware",
    "dongli.web.middleware.RefusalMiddleware",
]

ROOT_URLCONF = "dongli.urls"
WSGI_APPLICATION = "dongli.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "dongli.web.context.shell",
            ],
        },
    },
]


def _database(url: str) -> dict[str, object]:
    """Django's connection parameters from postgresql://user:password@host:port/name."""
    parts = urlparse(url)
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise ValueError("DATABASE_URL must look like postgresql://user:password@host:5432/name")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
    }


DATABASE_URL = os.environ.get("DATABASE_URL", "")
DATABASES: dict[str, dict[str, object]] = {
    "default": {
        **(_database(DATABASE_URL) if DATABASE_URL else embedded.connection(VAR)),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "TEST": {"NAME": f"test_dongli_{os.getpid()}"},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 14
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BASE_URL.startswith("https://")

# Language and time: Chinese unless the visitor chose English; UTC inside, the city's time on screen.
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

# Static files, and what residents upload.
STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATICFILES_FINDERS = [
    "dongli.web.finders.NpmFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "dongli.web.storage.StaticStorage"},
}
# Before they are collected (a developer's checkout, the tests), files are served from where they lie.
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG or not (STATIC_ROOT / "staticfiles.json").exists()
MEDIA_ROOT = VAR / "media"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
DATA_UPLOAD_MAX_NUMBER_FILES = 12

# The map's tiles: a raster template ({z}/{x}/{y}) or a .pmtiles address; none draws outlines and names only.
MAP_TILES = os.environ.get("DONGLI_MAP_TILES", "")
MAP_ATTRIBUTION = os.environ.get("DONGLI_MAP_ATTRIBUTION", "")

# What a page may load and do: this site, the map's tiles, and no inline script or style at all.
_TILE_HOSTS = [f"{_tiles.scheme}://{_tiles.netloc}"] if (_tiles := urlparse(MAP_TILES)).netloc else []
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:", *_TILE_HOSTS],
        "connect-src": ["'self'", *_TILE_HOSTS],
        "worker-src": ["'self'", "blob:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if BASE_URL.startswith("https://") else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
CSRF_FAILURE_VIEW = "dongli.web.views.errors.csrf_failure"

# Accounts.
AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["dongli.people.backends.ActiveBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("MinimumLengthValidator", {"min_length": 10}),
        ("UserAttributeSimilarityValidator", {"user_attributes": ("username", "name", "email")}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
    )
]
ACCOUNT_ADAPTER = "dongli.people.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 10 * 60
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 10 * 60
ACCOUNT_RATE_LIMITS = MFA_RATE_LIMITS = False  # ours are counted in the database: dongli.people.ratelimits
MFA_ADAPTER = "dongli.people.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEMO and BASE_URL.startswith("http://localhost")
MFA_FORMS = {
    "authenticate": "dongli.people.forms.SecondFactorForm",
    "reauthenticate": "dongli.people.forms.SecondFactorAgainForm",
    "login_webauthn": "dongli.people.forms.PasskeyLoginForm",
    "authenticate_webauthn": "dongli.people.forms.PasskeyFactorForm",
    "reauthenticate_webauthn": "dongli.people.forms.PasskeyAgainForm",
    "add_webauthn": "dongli.people.forms.NewPasskeyForm",
}
STAFF_IDLE_SECONDS = 60 * int(os.environ.get("DONGLI_STAFF_IDLE_MINUTES", "30"))
# What a worker's phone keeps for when there is no signal: today's most urgent tasks, and for how long.
OFFLINE_TASKS = int(os.environ.get("DONGLI_OFFLINE_TASKS", "30"))
OFFLINE_HOURS = int(os.environ.get("DONGLI_OFFLINE_HOURS", "24"))
CODE_SENDER = "dongli.notices.actions.send_code"
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/"

# Delivery: codes and messages leave through these; without a gateway they go to the console and log.
SMS_GATEWAY_URL = os.environ.get("DONGLI_SMS_GATEWAY_URL", "")
SMS_GATEWAY_TOKEN = os.environ.get("DONGLI_SMS_GATEWAY_TOKEN", "")
WEBHOOK_HOSTS = _words("DONGLI_WEBHOOK_HOSTS")
EMAIL_URL = os.environ.get("DONGLI_EMAIL_URL", "")
_mail = urlparse(EMAIL_URL)
if EMAIL_URL and _mail.scheme not in {"smtp", "smtps", "smtp+tls", "console"}:
    raise ValueError(
        "DONGLI_EMAIL_URL must look like smtp+tls://user:password@host:587 (or smtp://, smtps://, console://)"
    )
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if _mail.scheme.startswith('smtp') else 'console'}.EmailBackend"
EMAIL_HOST, EMAIL_PORT = _mail.hostname or "", _mail.port or (465 if _mail.scheme == "smtps" else 25)
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_mail.username or ""), unquote(_mail.password or "")
EMAIL_USE_TLS, EMAIL_USE_SSL, EMAIL_TIMEOUT = _mail.scheme == "smtp+tls", _mail.scheme == "smtps", 15
DEFAULT_FROM_EMAIL = os.environ.get("DONGLI_EMAIL_FROM", f"dongli@{urlparse(BASE_URL).hostname}")

LOG_LEVEL = os.environ.get("DONGLI_LOG_LEVEL", "INFO")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {"procrastinate": {"level": "WARNING"}},  # it tells of every job and every task it knows
}
