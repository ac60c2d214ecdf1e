"""Every setting: from the environment (or .env), or the default that stands here.

A checkout without SECRET_KEY is a development checkout: DEBUG is on and only this machine is answered.
Setting SECRET_KEY makes it production, which then asks for what production needs.
"""

import logging
import re
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from corsheaders.defaults import default_headers
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _
from dotenv import load_dotenv

from thoughtvoice import databases, env

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"
load_dotenv(BASE_DIR / ".env")

VERSION = re.search(r"^## (\S+)", (BASE_DIR / "CHANGELOG.md").read_text(encoding="utf-8"), re.M)[1]  # type: ignore[index]

# Secrets and hosts

DEVELOPMENT = not env.text("SECRET_KEY")
DEBUG = env.flag("DEBUG", default=DEVELOPMENT)
if DEVELOPMENT and not DEBUG:
    env.secret("SECRET_KEY")
SECRET_KEY = (
    "development only: public, and answers nobody but this machine"
    if DEVELOPMENT
    else env.secret("SECRET_KEY")
)
JWT_SIGNING_KEY = (
    "development only: as public as the key above" if DEVELOPMENT else env.secret("JWT_SIGNING_KEY")
)
if not DEVELOPMENT and JWT_SIGNING_KEY == SECRET_KEY:
    raise ImproperlyConfigured(
        "JWT_SIGNING_KEY equals SECRET_KEY. Make a second one, so that each can be changed alone."
    )
SAMPLE_KEYS = env.listing("SAMPLE_KEYS", [f"recordings: {SECRET_KEY}"] if DEVELOPMENT else [])
if not SAMPLE_KEYS or min(map(len, SAMPLE_KEYS)) < 32:
    raise ImproperlyConfigured(
        "SAMPLE_KEYS, which recordings are encrypted with, is not set or holds one of less than 32 characters. "
        "Make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(48))', and never lose it."
    )
ALLOWED_HOSTS = env.listing("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"] if DEVELOPMENT else [])
if not ALLOWED_HOSTS:
    raise ImproperlyConfigured(
        "ALLOWED_HOSTS is empty. Name the hosts that the app calls, such as voice.example.org."
    )
CSRF_TRUSTED_ORIGINS = [f"https://{host.lstrip('.')}" for host in ALLOWED_HOSTS if host != "*"]
TRUSTED_PROXIES = env.integer("TRUSTED_PROXIES", 0, most=10)
if not DEBUG:
    SECURE_SSL_REDIRECT = env.flag("SECURE_SSL_REDIRECT", default=True)
    SECURE_REDIRECT_EXEMPT = [r"^health(/ready)?$", r"^metrics$"]
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True
    # Named so, browsers take them from this very host alone, and only over TLS.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
    LANGUAGE_COOKIE_NAME = "__Host-language"
    if TRUSTED_PROXIES:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# What browsers may do with our pages; thoughtvoice.headers says what the back office needs beyond it

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "font-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "media-src": ["'self'", "blob:"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}
PERMISSIONS_POLICY = "microphone=(self), camera=(), geolocation=(), payment=(), usb=()"
CORS_ALLOWED_ORIGINS = env.listing("CORS_ORIGINS")
CORS_URLS_REGEX = r"^/(?!admin/|metrics)"
CORS_ALLOW_HEADERS = [*default_headers, "idempotency-key", "x-request-id", "range", "if-none-match"]
CORS_EXPOSE_HEADERS = [
    "Content-Range",
    "ETag",
    "Idempotency-Replayed",
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "Server-Timing",
    "X-Performance-ID",
    "X-Request-ID",
    "X-Text-Source",
    "X-Voice-Source",
]

# Where data is kept

DATABASE_URL = env.address("DATABASE_URL", "sqlite:///var/db.sqlite3")
ON_MONGODB = databases.is_mongodb(DATABASE_URL)
DATABASES = {"default": databases.database(DATABASE_URL, base=BASE_DIR)}
DEFAULT_AUTO_FIELD = (
    "django_mongodb_backend.fields.ObjectIdAutoField" if ON_MONGODB else "django.db.models.BigAutoField"
)
REDIS_URL = databases.redis_url(env.address("REDIS_URL", schemes=["redis", "rediss", "unix"]))
CACHES = {
    "default": {"BACKEND": "thoughtvoice.caches.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {
        "BACKEND": "thoughtvoice.caches.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},  # at 300 it would forget limits and breakers
    }
}
MEDIA_ROOT = Path(env.text("MEDIA_ROOT", str(VAR_DIR / "media")))
STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage",
        # What root collects is read by whoever serves it; people's files are their process's alone, see below.
        "OPTIONS": {"file_permissions_mode": 0o644, "directory_permissions_mode": 0o755},
    },
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700

# Django

if ON_MONGODB:
    _CONTRIB = [
        "thoughtvoice.mongo.apps.MongoAdminConfig",
        "thoughtvoice.mongo.apps.MongoAuthConfig",
        "thoughtvoice.mongo.apps.MongoContentTypesConfig",
        "thoughtvoice.mongo.apps.MongoQConfig",
    ]
    MIGRATION_MODULES = {
        app: f"thoughtvoice.mongo.migrations.{app}" for app in ("admin", "auth", "contenttypes", "django_q")
    }
else:
    _CONTRIB = ["django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes", "django_q"]

INSTALLED_APPS = [
    "unfold",
    *_CONTRIB,  # before ours, which put pages of their own in place of theirs
    "thoughtvoice.apps.ThoughtVoiceConfig",
    "accounts",
    "voices",
    "pool",
    "perform",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "csp",
    "corsheaders",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_prometheus",
]
MIDDLEWARE = [
    "thoughtvoice.requests.follow",
    "thoughtvoice.requests.leave_out_unasked_bodies",
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "thoughtvoice.headers.Headers",
    "corsheaders.middleware.CorsMiddleware",
    "thoughtvoice.api.refuse_large_bodies",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "thoughtvoice.languages.Language",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]
ROOT_URLCONF = "thoughtvoice.urls"
WSGI_APPLICATION = "thoughtvoice.wsgi.application"
APPEND_SLASH = False  # the API's paths end without one, and a POST cannot be redirected
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("es", _("Spanish"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True

# The back office

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "ThoughtVoice",
    "SITE_HEADER": "ThoughtVoice",
    "SITE_SUBHEADER": _("Back office"),
    "SITE_SYMBOL": "graphic_eq",
    "SITE_URL": None,
    "SHOW_LANGUAGES": True,
    "SHOW_VIEW_ON_SITE": False,
    "STYLES": ["thoughtvoice.office.stylesheet"],
    "LOGIN": {"form": "accounts.staff_signin.SignInForm"},
    "DASHBOARD_CALLBACK": "thoughtvoice.home.shown",
    "COMMAND": {"search_callback": "perform.finding.palette"},
    "SIDEBAR": {"show_search": True, "command_search": True, "navigation": "thoughtvoice.office.navigation"},
    "COLORS": {
        "primary": {
            "50": "oklch(96.2% .018 272.314)",
            "100": "oklch(93% .034 272.788)",
            "200": "oklch(87% .065 274.039)",
            "300": "oklch(78.5% .115 274.713)",
            "400": "oklch(67.3% .182 276.935)",
            "500": "oklch(58.5% .233 277.117)",
            "600": "oklch(51.1% .262 276.966)",
            "700": "oklch(45.7% .24 277.023)",
            "800": "oklch(39.8% .195 277.366)",
            "900": "oklch(35.9% .144 278.697)",
            "950": "oklch(25.7% .09 281.288)",
        }
    },
}

# People

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.signin.NameOrEmailBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    "accounts.old_passwords.OldBcrypt",
]
REFUSED_SIGN_IN_SECONDS = 0.5  # longer than any of them takes on a host that is not overloaded
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "accounts.passwords.OurOwnWords"},
]
LOGIN_URL = reverse_lazy("admin:login")
LOGIN_REDIRECT_URL = reverse_lazy("admin:index")
SESSION_COOKIE_AGE = 12 * 3600  # of staff; the app has tokens
CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True  # no script of ours reads them
LANGUAGE_COOKIE_SAMESITE = "Lax"
MESSAGE_STORAGE = (
    "django.contrib.messages.storage.session.SessionStorage"  # not in a cookie: they name people
)

# HTTP API

MAX_BODY_BYTES = 6 * 2**20  # a 3 MB recording as base64 in JSON, and its fields; two as a form
DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_BODY_BYTES
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.tokens.DeviceAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["thoughtvoice.parsers.StrictJSONParser"],
    "DEFAULT_PAGINATION_CLASS": "thoughtvoice.api.NewestFirst",
    "DEFAULT_SCHEMA_CLASS": "thoughtvoice.contract.ProblemSchema",
    "EXCEPTION_HANDLER": "thoughtvoice.api.problem",
    "DATETIME_FORMAT": "%Y-%m-%dT%H:%M:%SZ",
    "URL_FORMAT_OVERRIDE": None,  # Accept says what is wanted; ?format= would be a second way
}
SIMPLE_JWT = {
    "ALGORITHM": "HS256",
    "SIGNING_KEY": JWT_SIGNING_KEY,
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=15),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=60),
    "LEEWAY": 10,
    "UPDATE_LAST_LOGIN": False,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "ThoughtVoice",
    "DESCRIPTION": "A short thought that holds a value, spoken in the performer's own voice.",
    "VERSION": VERSION,
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {"LanguageEnum": "accounts.models.Preferences.Language"},
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "thoughtvoice.contract.complete",
    ],
}

RATE_LIMITS = {
    name: env.rate(f"RATE_LIMIT_{name.upper()}", rate)
    for name, rate in {
        "register": "30/h",
        "register_code": "10/h",
        "login": "120/h",
        "login_account": "20/h",
        "refresh": "240/h",
        "password": "10/h",
        "upload": "30/d",
        "perform": "60/m",
        "generate": "60/m",
        "export": "12/h",
        "archive": "60/h",
        "schema": "20/m",
    }.items()
}
RATELIMIT_IP_META_KEY = "accounts.limits.client_ip"

REFERENCE_CLIENT = env.flag("REFERENCE_CLIENT", default=DEBUG)
"""Whether `/` shows the page that mobile developers copy from."""

# Background work

DEPLOYMENT = env.name("DEPLOYMENT", "main")
Q_CLUSTER = {
    "name": env.text("QUEUE_NAME", f"thoughtvoice-{DEPLOYMENT}"),
    "label": "Background work",
    # Redis hands a job out once and forgets it: what must happen is repeated by a schedule (ADR 6).
    **({"redis": REDIS_URL} if REDIS_URL else {"orm": "default"}),
    "workers": env.integer("WORKERS", 2, least=1, most=64),
    "timeout": 120,
    "retry": 180,  # must exceed the timeout, or a slow job is started a second time beside itself
    "max_attempts": 3,
    "ack_failures": True,
    "catch_up": False,
    "save_limit": 1000,
    "recycle": 200,
    "poll": 0.2,
}

# Voices, the pool, performances

PROVIDER_ACCOUNTS = {"default": env.text("ELEVENLABS_API_KEY"), **env.family("ELEVENLABS_API_KEY_")}
"""The key of each account at ElevenLabs by our name for it; without any, the offline engine."""
if len(PROVIDER_ACCOUNTS) > 1 and not PROVIDER_ACCOUNTS["default"]:
    del PROVIDER_ACCOUNTS["default"]  # or a robot would speak beside the real voices
ELEVENLABS_BASE_URL = env.address("ELEVENLABS_BASE_URL", schemes=["https", "http"])
ELEVENLABS_MODEL = env.text("ELEVENLABS_MODEL", "eleven_flash_v2_5")
ELEVENLABS_DEFAULT_VOICE_ID = env.text("ELEVENLABS_DEFAULT_VOICE_ID", "EXAVITQu4vr4xnSDxMaL")
ELEVENLABS_DEFAULT_VOICE_ID_MALE = env.text(
    "ELEVENLABS_DEFAULT_VOICE_ID_MALE",
    ELEVENLABS_DEFAULT_VOICE_ID if env.text("ELEVENLABS_DEFAULT_VOICE_ID") else "JBFqnCBsd6RMkjVDRZzb",
)
ELEVENLABS_CONCURRENCY = env.integer("ELEVENLABS_CONCURRENCY", 3, least=1, most=1000)
GEMINI_API_KEY = env.text("GEMINI_API_KEY")
GEMINI_BASE_URL = env.address("GOOGLE_GEMINI_BASE_URL", schemes=["https", "http"])
GEMINI_MODEL = env.text("GEMINI_MODEL", "gemini-3.5-flash-lite")
GEMINI_FALLBACK_MODEL = env.text("GEMINI_FALLBACK_MODEL", "gemini-3.1-flash-lite")
METRICS_TOKEN = env.text("METRICS_TOKEN")
METRICS_ALLOW = env.networks("METRICS_ALLOW")
OFFLINE_ENGINE_DIR = VAR_DIR / "offline_engine"
OFFLINE_ENGINE_PLACES = 10

POOL_ENABLED = env.flag("ELEVEN_LABS_POOL_ENABLED", default=True)
POOL_CAPACITY = env.integer("ELEVEN_LABS_POOL_CAPACITY", 10, least=1, most=10_000)
POOL_TTL_MINUTES = env.integer("ELEVEN_LABS_POOL_TTL_MINUTES", 30, least=1)
POOL_EVICTION_STRATEGY = env.choice(
    "ELEVEN_LABS_POOL_EVICTION_STRATEGY", "hybrid", among=["lru", "ttl", "hybrid"]
)
POOL_BUILDS_A_DAY = env.integer("POOL_BUILDS_A_DAY", 5, least=1)
POOL_CREATION_RESERVE = env.integer("POOL_CREATION_RESERVE", 5)
POOL_LEAST_RESIDENCY_SECONDS = env.integer("POOL_LEAST_RESIDENCY_SECONDS", 60, most=3600)
POOL_PIN_SECONDS = env.integer("POOL_PIN_SECONDS", 1800, least=30, most=24 * 3600)
POOL_BUILD_SECONDS = 60  # the longest that a build may take; what is older has died
CREATE_ON_PERFORM = env.flag("CREATE_ON_PERFORM", default=True)

CHAR_LIMIT = env.integer("CHAR_LIMIT", 4000, least=1)
CHAR_HARD_LIMIT = env.integer("CHAR_HARD_LIMIT", 5000, least=1)
if CHAR_HARD_LIMIT < CHAR_LIMIT:
    raise ImproperlyConfigured(
        "CHAR_HARD_LIMIT is below CHAR_LIMIT. Raise it: it is what no month ever passes."
    )
MAX_VOICE_BYTES = env.integer("MAX_VOICE_BYTES", 3 * 2**20, least=1024, most=4 * 2**20)
MAX_VOICE_FILES = env.integer("MAX_VOICE_FILES", 5, least=1, most=20)
MAX_CLONE_SAMPLES = env.integer("MAX_CLONE_SAMPLES", 3, least=1, most=20)
SAMPLE_MIN_SECONDS = env.decimal("SAMPLE_MIN_SECONDS", 30, least=1, most=600)
SAMPLE_MAX_SECONDS = env.decimal("SAMPLE_MAX_SECONDS", 60, least=SAMPLE_MIN_SECONDS, most=600)
SAMPLE_THRESHOLDS = {  # voices.quality.Thresholds; SAMPLE_LEAST_SNR_DB=12 and so on
    name: env.decimal(f"SAMPLE_{name.upper()}", default, least=-120)
    for name, default in {
        "least_speech_share": 0.5,
        "least_speech_seconds": 15.0,
        "least_snr_db": 15.0,
        "good_snr_db": 20.0,
        "least_wada_db": 8.0,
        "least_level_db": -50.0,
        "good_level_db": -40.0,
        "most_clip_share": 0.01,
        "good_clip_share": 0.003,
        "good_silence_share": 0.35,
        "good_bandwidth_hz": 5_000.0,
    }.items()
}
SAMPLE_RETENTION_DAYS = env.integer("SAMPLE_RETENTION_DAYS", 30, most=3650)
CLONING_ENABLED = env.flag("CLONING_ENABLED", default=True)
ALLOW_SAMPLE_FALLBACK = env.flag("ALLOW_SAMPLE_FALLBACK", default=False)  # for debugging: never on a stage
MAX_INPUT_CHARS = env.integer("MAX_INPUT_CHARS", 200, least=1, most=1000)
PERFORM_DEADLINE_SECONDS = env.decimal("PERFORM_DEADLINE_SECONDS", 12, least=1, most=25)
RETENTION_DAYS = env.integer("RETENTION_DAYS", 30, least=1, most=3650)
VOICE_RETENTION_DAYS = env.integer("VOICE_RETENTION_DAYS", 365, least=30, most=3650)
AUDIBLE_NOTICE = env.flag("AUDIBLE_NOTICE", default=False)  # say aloud that the voice is a computer's

# Logs: one JSON line an event, never a text, a sound, a token or an id of the provider's

logging.captureWarnings(True)  # or they would be lines that are no JSON
LOG_LEVEL = env.choice("LOG_LEVEL", "INFO", among=["DEBUG", "INFO", "WARNING", "ERROR"])
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "request": {"()": "thoughtvoice.requests.StampFilter"},
        "failed_jobs": {"()": "thoughtvoice.logs.NoFailedJobs"},
        "refusals": {"()": "thoughtvoice.logs.NoRefusals"},
    },
    "formatters": {
        "json": {"()": "thoughtvoice.logs.Formatter"},
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "stream": sys.stderr,
            "filters": ["request"],
            "formatter": "json",
        }
    },
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"handlers": [], "level": LOG_LEVEL},
        "django.server": {"level": "WARNING"},
        "django.request": {
            "level": "ERROR",
            "filters": ["refusals"],
        },  # these have their line from thoughtvoice.requests
        "django-q": {
            "level": "WARNING",
            "filters": ["failed_jobs"],
        },  # jobs have theirs from thoughtvoice.jobs
        "httpx": {"level": "WARNING"},  # would log addresses, and with them the provider's ids
        "google_genai": {"level": "WARNING"},
    },
}

VAR_DIR.mkdir(exist_ok=True)
