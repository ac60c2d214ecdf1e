"""The pages for staff and developers open in a real browser, with nothing on its console."""

from collections.abc import Callable
from contextlib import closing

import pytest
from playwright.sync_api import Browser, expect

from thoughtvoice.tests.browser import LOOKS, Scheme, Size, Visit, listen

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("size", "scheme"), LOOKS)
def test_staff_find_the_back_office(
    visit: Visit, look: Callable[..., None], size: Size, scheme: Scheme
) -> None:
    page = visit("/admin/", staff=True, size=size, scheme=scheme)
    expect(page.locator("a[href*='/admin/perform/performance/']").first).to_be_attached()
    look(page, f"back-office-{size}-{scheme}")


def test_developers_find_the_api(visit: Visit) -> None:
    page = visit("/docs")
    expect(page.get_by_text("/perform", exact=True)).to_be_visible()


def test_what_a_page_breaks_is_noticed(chromium: Browser) -> None:
    faults: list[str] = []
    with closing(chromium.new_context()) as context:
        listen(context, faults)
        page = context.new_page()
        page.set_content(
            "<meta http-equiv=Content-Security-Policy content=\"script-src 'none'\"><script>1</script>"
        )
        page.evaluate("console.error('a mistake'); setTimeout(() => { throw Error('another') })")
        page.wait_for_timeout(50)
    policy, mistake, thrown = faults
    assert "Content Security Policy" in policy
    assert (mistake[:9], thrown) == ("a mistake", "another")
