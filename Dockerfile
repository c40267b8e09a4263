# The base is pinned by version; pin it by digest where you build, if your builds have to be repeatable to the byte.
FROM python:3.11-slim-bookworm AS build
# heif takes HEIC as well; its library is partly under the GPL, so whoever wants it says so.
ARG REQUIREMENTS=runtime
COPY requirements/${REQUIREMENTS}.txt /tmp/requirements.txt
RUN python -m venv --without-pip /opt/bot \
    && pip --python /opt/bot/bin/python install --no-cache-dir --disable-pip-version-check --no-compile --no-deps \
        --require-hashes -r /tmp/requirements.txt
COPY . /app
# For a user who is not the owner, whatever the umask was where the files come from; and compiled, as nothing is written
# when the bot runs.
RUN chmod -R a+rX /app \
    && python -m compileall -q --invalidation-mode unchecked-hash /opt/bot /app

FROM python:3.11-slim-bookworm
# What films say of their place is taken out by ffmpeg, and GIFs over Imgur's limit become films by it. Debian's, in the
# newest form that its security updates have; half of the image is this. The bot runs without it.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ffmpeg \
    && rm -rf /var/lib/apt/lists/*
# The base comes without the byte code of its library; to compile that and the bot at each start took half of it.
RUN python -m compileall -q --invalidation-mode unchecked-hash -x 'ensurepip|idlelib|lib2to3|site-packages|tkinter|turtle' \
        /usr/local/lib/python3.11 \
    && groupadd --gid 10001 bot \
    && useradd --uid 10001 --gid bot --no-create-home --shell /usr/sbin/nologin bot \
    && install -d -o bot -g bot -m 700 /data /spool
COPY --from=build /opt/bot /opt/bot
COPY --from=build /app /app
ENV PATH=/opt/bot/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    TMPDIR=/spool \
    HOST=0.0.0.0 \
    DATABASE_URL=sqlite:////data/bot.db
WORKDIR /app
USER 10001:10001
VOLUME /data /spool
EXPOSE 8080
# http.client, as urllib would ask a proxy that is set for the container; an empty ADMIN_PORT counts as unset.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import http.client, os, sys; c = http.client.HTTPConnection('127.0.0.1', int(os.environ.get('ADMIN_PORT') or 8081), timeout=4); c.request('GET', '/readyz'); r = c.getresponse(); sys.exit(None if r.status == 200 else r.read().decode())"]
ENTRYPOINT ["python", "/app/bot.py"]
CMD ["run"]
