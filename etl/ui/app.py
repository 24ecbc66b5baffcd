"""The pages as a FastAPI app. Who may look is decided by whoever makes it.

No route changes anything: what a button starts is a run, and the browser asks Airflow's own public API for it, with
the rights of whoever pressed it. So there is nothing here that another site could trick a browser into.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException as AnyHTTPException

from etl.ui.rendering import ASSETS, HEADERS, asset
from etl.ui.views import VIEWS, answer, refusal

LASTING = {**HEADERS, "Cache-Control": "private, max-age=31536000, immutable"}  # a new version has a new address


def make_app(may_look: Callable[..., Any], user_of: Callable[..., Any]) -> FastAPI:
    """The app. Every route first calls `may_look`, which raises HTTPException; `user_of` gives who looks.

    Both are dependencies as FastAPI has them; the user has a `get_name`.
    """
    app = FastAPI(title="Dateline", docs_url=None, redoc_url=None, openapi_url=None, dependencies=[Depends(may_look)])
    for name in VIEWS:
        app.get(f"/{name}")(_view(name, user_of))
    app.get("/assets/{name}")(_asset)
    app.get("/")(_begin)
    app.add_exception_handler(AnyHTTPException, _refuse)
    return app


def _view(name: str, user_of: Callable[..., Any]) -> Callable[..., Response]:
    def show(request: Request, user: Any = Depends(user_of)) -> Response:  # noqa: B008  (FastAPI's own form)
        status, page = answer(name, request.query_params, str(user.get_name()), datetime.now(UTC))
        return HTMLResponse(page, status, HEADERS)

    return show


def _asset(name: str) -> Response:
    if name not in ASSETS:
        raise HTTPException(404, f"There is no file {name!r}")
    return Response(asset(name), media_type=ASSETS[name], headers=LASTING)


def _begin() -> Response:
    return RedirectResponse("health", headers=HEADERS)


def _refuse(_request: Request, error: Exception) -> Response:
    assert isinstance(error, AnyHTTPException)
    status, page = refusal(error.status_code, str(error.detail), datetime.now(UTC))
    return HTMLResponse(page, status, {**HEADERS, **(error.headers or {})})
