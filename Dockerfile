# One image, three entrances: web (default), worker, migrate.
#   docker run IMAGE                      serves the pages
#   docker run IMAGE worker               does the jobs
#   docker run IMAGE init                 creates or migrates the database
FROM python:3.13-slim-bookworm AS build
ENV PYTHONDONTWRITEBYTECODE=1
WORKDIR /srv/ceasai
COPY requirements/ requirements/
RUN python -m venv .venv \
 && .venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes --no-deps -r requirements/uv.txt \
 && .venv/bin/uv pip install -q --python .venv/bin/python --require-hashes -r requirements/run.lock
COPY pyproject.toml README.md ./
COPY app/ app/
COPY courses/ courses/
COPY question_banks/ question_banks/
COPY migrations/ migrations/
COPY locales/ locales/
RUN .venv/bin/uv pip install -q --python .venv/bin/python --no-deps --no-build-isolation -e . \
 && .venv/bin/ceasai messages compile

FROM python:3.13-slim-bookworm
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 CEASAI_VAR_DIR=/var/lib/ceasai CEASAI_BIND_HOST=0.0.0.0 CEASAI_WORKER=separate
RUN useradd --system --uid 10001 --home-dir /var/lib/ceasai --create-home ceasai
WORKDIR /srv/ceasai
COPY --from=build /srv/ceasai /srv/ceasai
USER ceasai
VOLUME /var/lib/ceasai
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=3s --start-period=20s \
  CMD ["/srv/ceasai/.venv/bin/python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/readyz', timeout=2)"]
ENTRYPOINT ["/srv/ceasai/.venv/bin/ceasai"]
CMD ["serve"]
