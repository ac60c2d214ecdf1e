#!/usr/bin/env bash
# Everything but the tests that a change must pass: deploy/check.sh .venv/bin/python
set -euo pipefail
cd "$(dirname "$0")/.."
python=$1

step() {
    local name=$1
    shift
    echo "== $name"
    "$@"
}

random() {
    "$python" -c 'import secrets; print(secrets.token_urlsafe(50))'
}

# It has advice of a lower degree too, which is read by hand: digests of images, limits of memory.
compose() {
    local said
    said=$("$@" 2>&1) || { echo "$said" >&2; return 1; }
}

step "format" "$python" -m ruff format --check --quiet .
step "lint" "$python" -m ruff check --quiet .
step "types" "$python" -m mypy .
step "imports" "$python" -m pytest -q -p no:cacheprovider thoughtvoice/tests/test_imports.py
step "Dockerfile" "$(dirname "$python")/hadolint" deploy/Dockerfile
step "compose.yaml" compose "$(dirname "$python")/compose-lint" deploy/compose.yaml
step "alerts and dashboard" "$python" deploy/alerts.py
step "migrations" "$python" manage.py makemigrations --check --dry-run
step "settings of a development checkout" "$python" manage.py check
# Only PATH and HOME are passed on, so that the developer's own environment cannot make this pass.
step "settings of a deployment" env -i PATH="$PATH" HOME="$HOME" \
    SECRET_KEY="$(random)" JWT_SIGNING_KEY="$(random)" METRICS_TOKEN="$(random)" SAMPLE_KEYS="$(random)" ALLOWED_HOSTS=api.example.com \
    ELEVENLABS_API_KEY="$(random)" GEMINI_API_KEY="$(random)" \
    "$python" manage.py check --deploy --fail-level WARNING
