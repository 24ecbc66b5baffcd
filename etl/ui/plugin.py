"""The pages in Airflow: who may see them, and the places where its interface shows them.

The only room that knows Airflow. Every process of Airflow loads it, workers too, so that the app and all that it
needs are made when the first page is asked for.
"""

from functools import cache
from typing import Any

from airflow.plugins_manager import AirflowPlugin

MARK = "dateline/assets/mark.svg"


async def pages(scope: Any, receive: Any, send: Any) -> None:
    """The app as ASGI has it, made with the first request."""
    await _app()(scope, receive, send)


class DatelinePlugin(AirflowPlugin):
    """What Airflow adds to its interface. Addresses are relative, so that they hold below any base path."""

    name = "dateline"
    fastapi_apps = [{"app": pages, "url_prefix": "/dateline", "name": "Dateline"}]  # noqa: RUF012  (Airflow's own form)
    external_views = [  # noqa: RUF012
        {
            "name": "Feed health",
            "href": "dateline/health",
            "destination": "nav",
            "nav_top_level": True,
            "icon": MARK,
            "url_route": "dateline",
        },
        {
            "name": "Feed health",
            "href": "dateline/health",
            "destination": "dag",
            "icon": MARK,
            "url_route": "dateline_health",
        },
        {
            "name": "Run report",
            "href": "dateline/run?dag={DAG_ID}&run={RUN_ID}",
            "destination": "dag_run",
            "icon": MARK,
            "url_route": "dateline_run",
        },
    ]


@cache
def _app() -> Any:
    """The app behind Airflow's own login, for whoever may see what plugins show."""
    from airflow.api_fastapi.auth.managers.models.resource_details import AccessView
    from airflow.api_fastapi.core_api.security import get_user, requires_access_view

    from etl.ui.app import make_app

    return make_app(requires_access_view(AccessView.PLUGINS), get_user)
