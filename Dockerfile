# The base is pinned by version; pin it by digest where you build, if your builds have to be repeatable to the byte.
FROM python:3.11-slim-bookworm AS build
COPY requirements/runtime.txt /tmp/runtime.txt
RUN python -m venv /opt/bot \
    && /opt/bot/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps --require-hashes -r /tmp/runtime.txt

FROM python:3.11-slim-bookworm
ENV PATH=/opt/bot/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOST=0.0.0.0 \
    DATABASE_URL=sqlite:////data/bot.db
RUN groupadd --gid 10001 bot \
    && useradd --uid 10001 --gid bot --no-create-home --shell /usr/sbin/nologin bot \
    && install -d -o bot -g bot -m 700 /data
WORKDIR /app
COPY --from=build /opt/bot /opt/bot
COPY . .
USER 10001:10001
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ.get('ADMIN_PORT', '8081') + '/readyz', timeout=4)"]
ENTRYPOINT ["python", "bot.py"]
CMD ["run"]
