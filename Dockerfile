# The app as one image; docker-compose.yml runs it as web, worker, beat and (once) migrate.

FROM node:24-slim AS modules
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund

FROM python:3.11-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PATH=/app/.venv/bin:$PATH
WORKDIR /app
COPY locks/production.lock locks/
RUN python -m venv .venv && .venv/bin/pip install --require-hashes -r locks/production.lock
COPY . .
COPY --from=modules /app/node_modules node_modules
RUN python -m core.assets && rm -rf node_modules
# Gathering files opens nothing, but the settings will not load half configured: these addresses lead nowhere.
RUN DATABASE_URL=postgres://none@127.0.0.1:1/none REDIS_URL=redis://127.0.0.1:1/0 SECRET_KEY=none \
    ALLOWED_HOSTS=none EMAIL_URL=smtp://127.0.0.1:25 HELD_DATA=/tmp/none \
    python manage.py collectstatic --noinput

FROM python:3.11-slim
ENV PATH=/app/.venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 HOST=0.0.0.0 HELD_DATA=/var/lib/held-in-mind
RUN useradd --system --uid 10001 --home-dir /nonexistent held && install -d -o held -g held -m 0700 "$HELD_DATA"
WORKDIR /app
COPY --from=build /app /app
USER held
VOLUME /var/lib/held-in-mind
EXPOSE 8000
CMD ["gunicorn", "--config", "config/web.py", "config.wsgi"]
