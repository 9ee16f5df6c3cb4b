# One image for the web server, the workers and the timetable.
FROM debian:bookworm-slim AS packages
RUN apt-get update \
 && apt-get install --yes --no-install-recommends python3 python3-venv \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY requirements.lock .
RUN python3 -m venv .venv \
 && .venv/bin/pip install --no-cache-dir --no-deps --only-binary=:all: \
    --require-hashes -r requirements.lock

FROM debian:bookworm-slim
# The same packages as navigator/bootstrap/components.py.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends \
    python3 ca-certificates bubblewrap \
    libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    fonts-noto-core fonts-droid-fallback \
    tesseract-ocr tesseract-ocr-ara tesseract-ocr-chi-sim tesseract-ocr-hin \
    tesseract-ocr-rus tesseract-ocr-spa \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 10001 --home-dir /data --create-home --shell /usr/sbin/nologin navigator
WORKDIR /app
COPY --from=packages /app/.venv .venv
COPY . .
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    NAVIGATOR_SETUP=off \
    NAVIGATOR_PRODUCTION=true \
    DATA_DIR=/data \
    STATIC_ROOT=/app/staticfiles
# Collecting needs settings, and no secret of the build stays in the image. What is stored is
# private to its owner, also here: the user of the running system has to be let in.
RUN SECRET_KEY=of-the-build-only MASTER_KEYS=of-the-build-only \
    python manage.py collectstatic --noinput --verbosity 0 \
 && chmod -R a+rX staticfiles \
 && python -m compileall -q navigator cases documents
USER navigator
VOLUME /data
EXPOSE 8000
CMD ["gunicorn", "navigator.wsgi:application", "--bind", "0.0.0.0:8000", \
     "--worker-class", "gthread", "--workers", "2", "--threads", "8", \
     "--timeout", "60", "--graceful-timeout", "20", "--worker-tmp-dir", "/dev/shm"]
