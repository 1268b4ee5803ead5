FROM python:3.13-slim AS build
WORKDIR /srv/portal
COPY requirements/uv.txt requirements/production.txt requirements/
RUN python -m venv /srv/venv && /srv/venv/bin/pip install --no-cache-dir --require-hashes -r requirements/uv.txt
RUN /srv/venv/bin/uv pip sync --no-cache --python /srv/venv/bin/python --require-hashes requirements/production.txt

FROM python:3.13-slim
RUN useradd --uid 10001 --no-create-home portal && mkdir -p /srv/portal/var && chown portal /srv/portal/var
COPY --from=build /srv/venv /srv/venv
WORKDIR /srv/portal
COPY manage.py ./
COPY locale locale
COPY templates templates
COPY services services
COPY portal portal
ENV PATH=/srv/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PORTAL_MODE=production PORTAL_VAR=/srv/portal/var
USER portal
VOLUME /srv/portal/var
EXPOSE 8000
CMD ["python", "-m", "granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--no-ws", "--blocking-threads", "8", "portal.wsgi:application"]
