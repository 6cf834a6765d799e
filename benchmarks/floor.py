"""The floor: a bare Django that does one INSERT for a request, under the same server and on the same database."""

import sys

import django
import waitress
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.urls import path

from config import settings as product


def insert(request: HttpRequest) -> JsonResponse:
    """Store the body and acknowledge."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO benchmark_floor (body) VALUES (%s)", [request.body])
    answer = JsonResponse({"code": 0})
    answer["Content-Length"] = str(len(answer.content))
    return answer


urlpatterns = [path("insert", insert)]

if __name__ == "__main__":
    settings.configure(
        ALLOWED_HOSTS=["*"], DATABASES=product.DATABASES, MIDDLEWARE=[], ROOT_URLCONF="benchmarks.floor", SECRET_KEY="-"
    )
    django.setup()
    waitress.serve(get_wsgi_application(), host="127.0.0.1", port=int(sys.argv[1]), threads=32, ident=None)
