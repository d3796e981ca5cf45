"""What becomes of a job as it happens, as server-sent events (HTML Living Standard §9.2)."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import FastAPI, Header
from fastapi import Path as InPath
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from preserve.api.asking import known_session, language_of
from preserve.api.describing import refusals
from preserve.api.problems import problem_of
from preserve.services import job_events
from preserve.services.job_events import JobEvent
from preserve.services.standing import Standing

PATH = "/jobs/{job}/events"
ROWS = (("GET", PATH, "job.show"),)
"""Verb, path and operation of each route here."""

Job = Annotated[str, InPath(max_length=100)]
After = Annotated[int, Header(alias="Last-Event-ID", ge=0, le=10**9, description="what came last, to go on after it")]


def add_to(app: FastAPI, standing: Standing) -> None:
    """Add the route to the door."""

    async def events(request: Request, job: Job, after: After = 0) -> Response:
        """What becomes of a job, until it has ended or for five minutes; ask again after `Last-Event-ID`."""

        def begun() -> Response:
            try:
                session = known_session(request, standing, asks_by_itself=True)
                news = job_events.follow(session, job, after)
            except Exception as error:  # noqa: BLE001  every error has its answer; a defect goes to the log
                return problem_of(request, error, language_of(request, standing.language))
            headers = {"x-accel-buffering": "no"}  # nginx hands each event on at once
            return StreamingResponse(_lines(news), media_type="text/event-stream", headers=headers)

        return await run_in_threadpool(begun)

    stream = {"description": "Events.", "content": {"text/event-stream": {"schema": {"type": "string"}}}}
    app.add_api_route(
        PATH,
        events,
        methods=["GET"],
        operation_id=f"get:{PATH}",
        response_model=None,
        responses={**refusals(), 200: stream},
        tags=["jobs"],
    )


async def _lines(news: AsyncIterator[JobEvent]) -> AsyncIterator[str]:
    yield "retry: 2000\n\n"
    async for event in news:
        if event.kind == "pulse":
            yield ": nothing new\n\n"
            continue
        data = json.dumps({"state": event.state, "text": event.text, "percent": event.percent}, ensure_ascii=False)
        yield f"id: {event.number}\nevent: {event.kind}\ndata: {data}\n\n"
