"""How long the pages of the back office take with the rows of `bigdata`.

    DATABASE_URL=… python -m benchmarks.admin_lists [PATH …]

For each page: the median and the worst of five times in the server's process, after one that is not counted,
and how many questions it asks the database.
"""

import statistics
import sys
import time
from typing import Any

from benchmarks.bigdata import start_django
from benchmarks.results import keep

TIMES = 5
AIM_MS = 300
LISTS = (
    "/admin/accounts/user/",
    "/admin/accounts/user/?p=3",
    "/admin/accounts/user/?q=performer99",
    "/admin/accounts/user/?q=performer99999@example.org",
    "/admin/accounts/user/?q=nobody",
    "/admin/accounts/user/?is_staff__exact=1",
    "/admin/accounts/user/?within=7d",
    "/admin/accounts/activationcode/",
    "/admin/accounts/activationcode/?q=C0000099999",
    "/admin/accounts/activationcode/?q=tour 7",
    "/admin/accounts/activationcode/?condition=free",
    "/admin/accounts/device/",
    "/admin/accounts/device/?q=performer4242",
    "/admin/accounts/charge/",
    "/admin/accounts/charge/?state__exact=held",
    "/admin/accounts/charge/?q=performer4242",
    "/admin/accounts/staffaction/",
    "/admin/voices/sample/",
    "/admin/voices/sample/?verdict__exact=rejected",
    "/admin/voices/sample/?q=performer4242",
    "/admin/voices/voice/",
    "/admin/voices/consent/",
    "/admin/perform/performance/",
    "/admin/perform/performance/?p=20",
    "/admin/perform/performance/?happened=failed",
    "/admin/perform/performance/?happened=failed&within=ever",
    "/admin/perform/performance/?happened=running",
    "/admin/perform/performance/?happened=other_voice",
    "/admin/perform/performance/?cause=writer_unavailable",
    "/admin/perform/performance/?cause=text_refused",
    "/admin/perform/performance/?routine=numbers",
    "/admin/perform/performance/?kind__exact=audio",
    "/admin/perform/performance/?q=req-999999",
    "/admin/perform/performance/?q=req-none",
    "/admin/perform/performance/?q=performer4242",
    "/admin/perform/pack/",
    "/admin/find/?q=performer77",
    "/admin/find/?q=req-5",
    "/admin/find/?q=nothing",
)


def main() -> None:
    start_django()
    from django.db import connection
    from django.test import Client

    from accounts.models import ActivationCode, User
    from perform.models import Performance
    from voices.models import Sample

    boss = User.objects.get(username="boss")
    performer = User.objects.get(username="performer4242")
    opened = [
        f"/admin/{page}/{model.objects.order_by('-created_at').values_list('pk', flat=True)[0]}/change/"
        for page, model in (
            ("accounts/activationcode", ActivationCode),
            ("voices/sample", Sample),
            ("perform/performance", Performance),
        )
    ]
    office = Client(SERVER_NAME="localhost")
    office.force_login(boss)
    paths = sys.argv[1:] or [*LISTS, f"/admin/accounts/user/{performer.pk}/change/", *opened]
    pages = {path: measured(office, path) for path in paths}
    late = [path for path, page in pages.items() if page["median_ms"] > AIM_MS]
    print(f"\n{len(paths)} pages, {len(late)} above {AIM_MS} ms" + "".join(f"\n  {path}" for path in late))
    keep(__file__, {"engine": connection.vendor, "users": User.objects.count(), "pages": pages})


def measured(office: Any, path: str) -> dict[str, float]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    took = []
    for _ in range(TIMES + 1):
        with CaptureQueriesContext(connection) as asked:
            began = time.perf_counter()
            answer = office.get(path)
            took.append((time.perf_counter() - began) * 1000)
    assert answer.status_code in {200, 302}, f"{path}: {answer.status_code}"
    median, worst = statistics.median(took[1:]), max(took[1:])
    print(f"{median:8.0f} ms {worst:8.0f} ms {len(asked):4} questions  {path}", flush=True)
    return {"median_ms": median, "worst_ms": worst, "questions": len(asked)}


if __name__ == "__main__":
    main()
