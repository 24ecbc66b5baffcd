# One image for all services: Airflow, its PostgreSQL and Celery parts, etl and the DAGs, by the versions that uv.lock
# holds. docker-compose.yml mounts DAGs and configuration over those in here, so that changing them builds nothing.

FROM python:3.12.12-slim-bookworm AS build
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never
RUN pip install --no-cache-dir --disable-pip-version-check uv==0.13.9
WORKDIR /opt/dateline
COPY pyproject.toml uv.lock ./
RUN uv sync --locked --no-dev --extra airflow --no-cache --no-install-project
COPY LICENSE README.md ./
COPY config config
COPY etl etl
RUN uv sync --locked --no-dev --extra airflow --no-cache --no-editable

FROM python:3.12.12-slim-bookworm
# Volumes take over the owner of the folder they are mounted on: all three belong to the user that writes them. Its
# number and group are those of Airflow's own image, which the Helm chart expects.
RUN useradd --uid 50000 --gid 0 --no-create-home --home-dir /opt/airflow airflow \
    && install -d -o airflow -g 0 /opt/airflow /opt/airflow/logs /opt/dateline/data
COPY --from=build /opt/dateline/.venv /opt/dateline/.venv
COPY config /opt/dateline/config
COPY dags /opt/dateline/dags
ENV PATH=/opt/dateline/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    AIRFLOW_HOME=/opt/airflow \
    AIRFLOW__CORE__DAGS_FOLDER=/opt/dateline/dags \
    AIRFLOW__CORE__LOAD_EXAMPLES=false \
    DATELINE_CONFIG=/opt/dateline/config \
    DATELINE_DATA=/opt/dateline/data
USER 50000:0
WORKDIR /opt/airflow
CMD ["airflow", "version"]
