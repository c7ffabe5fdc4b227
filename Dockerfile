# One image, three entrances: web (default), worker, migrations.
#   docker run IMAGE                      serves the pages
#   docker run IMAGE worker               does the jobs
#   docker run IMAGE init                 creates or migrates the database (migrate: migrates only)
FROM python:3.13-slim-bookworm AS build
WORKDIR /srv/ceasai
# psychometrics: with numpy and scipy, for `ceasai statistics` and `ceasai forms`; run: without, some 170 MB smaller
ARG LOCK=psychometrics
COPY requirements/ requirements/
RUN python -m venv .venv \
 && .venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes --no-deps -r requirements/uv.txt \
 && .venv/bin/uv pip install -q --compile-bytecode --python .venv/bin/python --require-hashes -r requirements/$LOCK.lock
COPY pyproject.toml README.md ./
COPY app/ app/
COPY courses/ courses/
COPY question_banks/ question_banks/
COPY migrations/ migrations/
COPY locales/ locales/
RUN .venv/bin/uv pip install -q --python .venv/bin/python --no-deps --no-build-isolation -e . \
 && .venv/bin/ceasai messages compile \
 && .venv/bin/python -m compileall -q app migrations

FROM python:3.13-slim-bookworm
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 CEASAI_VAR_DIR=/var/lib/ceasai CEASAI_BIND_HOST=0.0.0.0 CEASAI_WORKER=separate
RUN useradd --system --uid 10001 --home-dir /var/lib/ceasai --create-home ceasai
WORKDIR /srv/ceasai
COPY --from=build /srv/ceasai /srv/ceasai
USER ceasai
VOLUME /var/lib/ceasai
EXPOSE 8000
# web: /readyz answers; worker: no job has waited for five minutes
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s CMD ["/srv/ceasai/.venv/bin/ceasai", "health"]
ENTRYPOINT ["/srv/ceasai/.venv/bin/ceasai"]
CMD ["serve"]
