# One image for web, worker and migrate: compose.yaml says which is which.
FROM python:3.11-slim AS build
RUN python -m venv /opt/recordings/.venv
COPY requirements/production.lock /opt/recordings/requirements/production.lock
RUN /opt/recordings/.venv/bin/python -m pip install --no-cache-dir --disable-pip-version-check \
    --only-binary :all: --no-binary tls-sig-api-v2 --require-hashes -r /opt/recordings/requirements/production.lock

FROM python:3.11-slim
RUN useradd --uid 10001 --no-create-home --home-dir /opt/recordings --shell /usr/sbin/nologin recordings \
    && install --directory --owner recordings --group recordings --mode 0700 /var/lib/recordings/spool
COPY --from=build /opt/recordings/.venv /opt/recordings/.venv
WORKDIR /opt/recordings
COPY manage.py ./
COPY applications applications
COPY callbacks callbacks
COPY config config
COPY demo demo
COPY layouts layouts
COPY operations operations
COPY recordings recordings
COPY templates templates
ENV PATH=/opt/recordings/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 SPOOL_FOLDER=/var/lib/recordings/spool
# What /metrics and the list of workers say that this is: docker compose build --build-arg RELEASE=…
ARG RELEASE=
ENV RELEASE=$RELEASE
USER 10001
EXPOSE 8000
STOPSIGNAL SIGTERM
# Static files need no step of their own: whitenoise serves them from where the packages have them.
ENTRYPOINT ["python", "manage.py"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
