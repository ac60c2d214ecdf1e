#!/usr/bin/env bash
# What deploy/Dockerfile says, step by step in a clean folder, where there is no container engine:
#   deploy/rehearse.sh [PYTHON, such as python3.13]
# Needs rsync. Ends with a server that answered its health check and stopped when it was asked to.
set -euo pipefail
cd "$(dirname "$0")/.."
python=${1:-python3.13}
image=$(mktemp --directory)
trap 'rm -rf "$image"' EXIT
export PORT=${PORT:-8139}

echo "== what .dockerignore lets in"
rules=$(sed -e '/^#/d' -e '/^$/d' deploy/Dockerfile.dockerignore)
mapfile -t kept < <(grep '^!' <<<"$rules" | cut -c2-)
mapfile -t left < <(grep -v '^[!*]$\|^!' <<<"$rules" | sed 's/^\*\*\///')
for name in "${kept[@]}"; do
    [ -e "$name" ] && rsync --archive --relative "${left[@]/#/--exclude=}" "$name" "$image/app/"
done
find "$image/app" -name tests -o -name .env | grep . && { echo "Something is in that should not be." >&2; exit 1; }
du --summarize --human-readable "$image/app"

echo "== pip install, wheels with known digests only"
"$python" -m venv "$image/venv"
"$image/venv/bin/pip" install --quiet --only-binary :all: --require-hashes --requirement "$image/app/deploy/requirements.lock"
"$image/venv/bin/pip" check
"$image/venv/bin/pip" uninstall --quiet --yes pip
du --summarize --human-readable "$image/venv"

echo "== collectstatic, compileall"
cd "$image/app"
some() { head --bytes 40 /dev/urandom | base64 --wrap 0; }
unset VIRTUAL_ENV
export SECRET_KEY=$(some) JWT_SIGNING_KEY=$(some) SAMPLE_KEYS=$(some) ALLOWED_HOSTS=voice.example.org MEDIA_ROOT=$image/data
../venv/bin/python manage.py collectstatic --noinput
../venv/bin/python -m compileall -q accounts voices pool perform thoughtvoice

echo "== a server, by a user who owns nothing of it"
mkdir "$image/data"
chmod 755 "$image"
run=()
if [ "$(id --user)" = 0 ]; then
    chown nobody "$image/data"
    run=(setpriv --reuid nobody --regid nogroup --clear-groups)
fi
export DATABASE_URL=sqlite:///$image/data/db.sqlite3 PYTHONDONTWRITEBYTECODE=1 HOME=/tmp
"${run[@]}" ../venv/bin/python manage.py migrate --verbosity 0
"${run[@]}" ../venv/bin/python manage.py check --deploy
"${run[@]}" ../venv/bin/gunicorn --config deploy/gunicorn.py --bind "127.0.0.1:$PORT" >"$image/web.log" 2>&1 &
web=$!
for _ in $(seq 60); do
    "${run[@]}" ../venv/bin/python deploy/alive.py 2>/dev/null && break
    sleep 0.5
done
"${run[@]}" ../venv/bin/python deploy/alive.py && echo "It answers." || { cat "$image/web.log" >&2; exit 1; }
kill -TERM $web
wait $web && echo "It stopped as it was asked to."
