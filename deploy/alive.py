"""The container's health check: does its web process answer?"""

import os
import urllib.request

host = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].strip().lstrip(".*") or "localhost"
url = f"http://127.0.0.1:{os.environ.get('PORT', '8000')}/health"
urllib.request.urlopen(urllib.request.Request(url, headers={"Host": host}), timeout=4)
