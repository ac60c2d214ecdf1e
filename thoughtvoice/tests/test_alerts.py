"""What Prometheus and Grafana are given; that the rules are right is promtool's to say (deploy/alerts.py)."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings as project
from django_prometheus.db import metrics as of_sql  # noqa: F401 - on MongoDB nobody else imports it

from conftest import App
from thoughtvoice.mongo import figures as of_mongodb  # noqa: F401 - on other databases nobody else imports it

DEPLOY = Path(project.BASE_DIR) / "deploy"
OPERATING = (DEPLOY.parent / "docs" / "operating.md").read_text(encoding="utf-8")
RULES = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text(encoding="utf-8"))
CASES = yaml.safe_load((DEPLOY / "prometheus" / "alerts_test.yml").read_text(encoding="utf-8"))["tests"]
ALERTS = [rule for group in RULES["groups"] for rule in group["rules"]]
PANELS = json.loads((DEPLOY / "grafana" / "dashboard.json").read_text(encoding="utf-8"))["panels"]
WORD = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
NO_FIGURE = re.compile(
    r'"[^"]*"|\{[^}]*\}|\[[^\]]*\]|[0-9]\w*'
    r"|\b(?:by|on|without) \([^)]*\)|\b(?:and|or|unless|sum|min|max)\b|[a-z_]+(?= ?\()"
)
ASKED = {
    **{rule["alert"]: rule["expr"] for rule in ALERTS},
    **{f"{p['title']} {t['refId']}": t["expr"] for p in PANELS for t in p.get("targets", [])},
}
OF_PROMETHEUS = {"up"}
ANCHORS = {title.lower().replace(" ", "-") for title in re.findall(r"^#+ (.+)$", OPERATING, re.M)}


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert["alert"])
def test_every_alert_says_whom_it_wakes_and_where_it_is_explained(alert: dict[str, Any]) -> None:
    assert alert["labels"]["severity"] in {"page", "ticket"}
    document, _, anchor = alert["annotations"]["runbook"].partition("#")
    assert document == "docs/operating.md"
    assert anchor in ANCHORS
    assert alert["annotations"]["summary"]


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert["alert"])
def test_every_alert_fires_in_one_case_and_is_silent_in_another(alert: dict[str, Any]) -> None:
    asked = [one for case in CASES for one in case["alert_rule_test"] if one["alertname"] == alert["alert"]]
    outcomes = Counter(bool(one.get("exp_alerts")) for one in asked)
    assert outcomes[True] == 1
    assert outcomes[False] >= 1


def test_no_two_panels_lie_on_one_place_or_share_a_number() -> None:
    places = [panel["gridPos"] for panel in PANELS]
    covered = Counter(
        (x, y)
        for place in places
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    )
    assert max(covered.values()) == 1
    assert max(x for x, _ in covered) < 24
    assert len({panel["id"] for panel in PANELS}) == len(PANELS)


@pytest.fixture
def exported(as_stranger: App, settings: Any) -> set[str]:
    settings.METRICS_TOKEN = "a token that nobody guesses"
    answer = as_stranger.get("/metrics", headers={"Authorization": f"Bearer {settings.METRICS_TOKEN}"})
    told = re.findall(r"^# TYPE (\S+) (\S+)$", answer.content.decode(), re.M)
    parts = {
        name + part for name, kind in told if kind == "histogram" for part in ("_bucket", "_count", "_sum")
    }
    return {name for name, kind in told if kind != "histogram"} | parts


def test_every_figure_that_is_asked_for_is_exported(exported: set[str]) -> None:
    figures = {name: set(WORD.findall(NO_FIGURE.sub(" ", expr))) for name, expr in ASKED.items()}
    assert all(figures.values())
    unknown = {name: asked - exported - OF_PROMETHEUS for name, asked in figures.items()}
    assert {name: missing for name, missing in unknown.items() if missing} == {}
