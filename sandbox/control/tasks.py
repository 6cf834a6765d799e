"""TRTC's recording tasks, in the control API."""

from aiohttp import web

from sandbox.cloud import Cloud
from sandbox.control.answers import conflict, not_found, read_leave_code, read_number, read_object
from sandbox.trtc.tasks import Task


class TasksApi:
    """Handlers that look at tasks and throw their robots out."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/control/tasks", self.list_tasks),
            web.get("/control/tasks/{task_id}", self.get_task),
            web.post("/control/tasks/{task_id}/exit", self.exit_task),
            web.post("/control/tasks/{task_id}/failover", self.fail_over_task),
        ]

    async def list_tasks(self, request: web.Request) -> web.Response:
        wanted = request.query.get("sdk_app_id")
        sdk_app_id = read_number(wanted, "sdk_app_id") if wanted else None
        found = [task for task in self._cloud.tasks if sdk_app_id in (None, task.room.sdk_app_id)]
        return web.json_response({"tasks": [task.public() for task in found]})

    async def get_task(self, request: web.Request) -> web.Response:
        return web.json_response(self._task(request).public())

    async def exit_task(self, request: web.Request) -> web.Response:
        task = self._task(request)
        body = await read_object(request, is_optional=True)
        if not task.exit(read_leave_code(str(body.get("leave_code", 1)))):
            raise conflict("the task is leaving or has ended")
        return web.json_response(task.public())

    async def fail_over_task(self, request: web.Request) -> web.Response:
        task = self._task(request)
        if not task.is_stoppable:
            raise conflict("the task is leaving or has ended")
        task.failover_asked = True
        task.changed.set()
        return web.json_response(task.public())

    def _task(self, request: web.Request) -> Task:
        task = self._cloud.tasks.get(request.match_info["task_id"])
        if task is None:
            raise not_found("no such task")
        return task
