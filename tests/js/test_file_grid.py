"""The grid 'Files' without a kernel."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.js.conftest import BarePage

pytestmark = pytest.mark.browser

VISIBLE_ROWS = """grid => {
  const box = grid.getBoundingClientRect();
  const head = grid.querySelector("[role=row]").getBoundingClientRect();
  const tops = [...grid.querySelectorAll(".ingw-window [role=row]")].map((row) => row.getBoundingClientRect());
  const inside = tops.filter((row) => row.bottom > head.bottom + 1 && row.top < box.bottom - 1);
  return { count: inside.length, first: Math.min(...inside.map((row) => row.top)) - head.bottom,
           last: box.bottom - Math.max(...inside.map((row) => row.bottom)),
           right: [...grid.querySelectorAll(".ingw-window [role=row]")]
             .some((row) => row.getAttribute("aria-rowindex") == Math.floor(grid.scrollTop / 28) + 2) };
}"""


def grid_of(bare: BarePage) -> Locator:
    return bare.page.get_by_role("grid", name="Files")


def active_row(bare: BarePage) -> str | None:
    """What the grid's active row is called by its position; None when no element of the page has that id."""
    place: str | None = bare.page.evaluate(
        """() => {
            const id = document.querySelector("[role=grid]").getAttribute("aria-activedescendant");
            return id && document.getElementById(id)?.getAttribute("aria-rowindex");
        }"""
    )
    return place


def test_ten_thousand_files_need_few_rows_and_say_how_many_they_are(panel: BarePage) -> None:
    panel.tell_rows(10_000)
    expect(grid_of(panel)).to_have_attribute("aria-rowcount", "10001")
    rows = grid_of(panel).get_by_role("row")
    assert 13 <= rows.count() < 60
    seen = grid_of(panel).evaluate(VISIBLE_ROWS)
    assert seen["count"] == 12


def test_scrolling_is_never_blank(panel: BarePage) -> None:
    """At every place of a wild scroll the rows fill the grid in the very frame in which it was scrolled."""
    panel.tell_rows(10_000)
    expect(grid_of(panel).get_by_role("row").nth(1)).to_be_visible()
    worst = grid_of(panel).evaluate(
        """async grid => {
            let worst = 0;
            for (let step = 1; step < 80; step += 1) {
                grid.scrollTop = (step * 7919 * 37) % (10000 * 28);
                await new Promise(requestAnimationFrame);
                await new Promise((later) => setTimeout(later));
                const seen = (SEEN)(grid);
                worst = Math.max(worst, seen.count < 12 || !seen.right ? 999 : Math.max(seen.first, seen.last));
            }
            return worst;
        }""".replace("SEEN", VISIBLE_ROWS)
    )
    assert worst < 3


def test_rows_are_read_out_in_the_order_in_which_they_are_seen(panel: BarePage) -> None:
    panel.tell_rows(1000)
    grid = grid_of(panel)
    expect(grid.get_by_role("row").nth(1)).to_be_visible()
    for top in (28 * 20, 28 * 23, 28 * 9, 28 * 950, 0):
        grid.evaluate("(grid, top) => { grid.scrollTop = top; grid.dispatchEvent(new Event('scroll')); }", top)
        places = grid.evaluate("g => [...g.querySelectorAll('[role=row]')].map(row => +row.ariaRowIndex)")
        assert places == [1, *range(places[1], places[1] + len(places) - 1)]
        assert abs(places[1] - top // 28) <= 4


def test_keys_move_the_active_row_from_end_to_end(panel: BarePage) -> None:
    panel.tell_rows(10_000)
    grid = grid_of(panel)
    grid.focus()
    places = {
        "ArrowDown": "3", "ArrowUp": "2", "End": "10001", "PageUp": "9990", "Home": "2", "Control+End": "10001",
        "Control+Home": "2", "PageDown": "13",
    }  # fmt: skip
    for key, place in places.items():
        grid.press(key)
        assert active_row(panel) == place, key


def test_the_active_row_is_named_only_while_it_is_in_the_page(panel: BarePage) -> None:
    panel.tell_rows(10_000)
    grid = grid_of(panel)
    grid.focus()
    assert active_row(panel) == "2"
    grid.evaluate("grid => { grid.scrollTop = 100000 }")
    panel.page.wait_for_function("!document.querySelector('[role=grid]').hasAttribute('aria-activedescendant')")
    grid.press("ArrowDown")
    assert active_row(panel) == "3"


def names(bare: BarePage) -> list[str]:
    rows = bare.page.evaluate(
        """() => [...document.querySelectorAll(".ingw-window [role=row]")]
            .sort((a, b) => a.getAttribute("aria-rowindex") - b.getAttribute("aria-rowindex"))
            .map((row) => row.children[1].textContent)"""
    )
    return list(rows[:3])


def test_a_heading_sorts_and_a_third_click_brings_the_order_back(panel: BarePage) -> None:
    items = [
        [0, "a10.pdf", "ingested", None, "", 7, 10],
        [1, "a9.pdf", "failed", "empty", "", 0, 0],
        [2, "b.pdf", "ingested", None, "", 30, 5],
    ]
    panel.tell(rows={"epoch": 1, "total": 3, "items": items})
    pages = panel.page.get_by_role("columnheader", name="Pages")
    for order, sort in (
        (["a9.pdf", "a10.pdf", "b.pdf"], "ascending"),
        (["b.pdf", "a10.pdf", "a9.pdf"], "descending"),
        (["a10.pdf", "a9.pdf", "b.pdf"], "none"),
    ):
        pages.click()
        expect(pages).to_have_attribute("aria-sort", sort)
        assert names(panel) == order
    panel.page.get_by_role("columnheader", name="Status").click()
    expect(panel.page.get_by_role("columnheader", name="Status")).to_have_attribute("aria-sort", "ascending")
    assert names(panel) == ["a9.pdf", "a10.pdf", "b.pdf"]


def test_the_keyboard_reaches_headings_and_filter(panel: BarePage) -> None:
    items = [[0, "a.pdf", "ingested", None, "", 1, 9], [1, "b.pdf", "failed", "empty", "It is empty.", 0, 0]]
    panel.tell(rows={"epoch": 1, "total": 2, "items": items})
    grid = grid_of(panel)
    grid.focus()
    for key in ("ArrowUp", "ArrowRight", "Enter", "Enter"):
        panel.page.keyboard.press(key)
    expect(panel.page.get_by_role("columnheader", name="Name")).to_have_attribute("aria-sort", "descending")
    panel.page.keyboard.press("ArrowUp")
    panel.page.keyboard.press("ArrowRight")
    panel.page.keyboard.press("Enter")
    expect(grid).to_have_attribute("aria-rowcount", "2")
    assert names(panel) == ["b.pdf"]
    panel.page.keyboard.press("ArrowDown")
    expect(grid).to_be_focused()


def test_the_keyboard_leads_to_no_heading_that_a_narrow_list_leaves_out(panel: BarePage) -> None:
    panel.page.set_viewport_size({"width": 400, "height": 900})
    panel.tell_rows(3)
    grid_of(panel).focus()
    panel.page.keyboard.press("ArrowUp")
    active = panel.page.locator(".ingw-headings .ingw-active")
    seen = []
    for key in ("ArrowRight", "ArrowRight", "ArrowRight", "ArrowLeft", "ArrowLeft", "ArrowLeft"):
        panel.page.keyboard.press(key)
        seen.append(active.text_content())
    assert seen == ["Name", "Pages", "Pages", "Name", "Status", "Status"]


def test_a_filter_shows_one_status_and_follows_the_run(panel: BarePage) -> None:
    panel.tell_rows(100, "ingested")
    panel.tell(rows={"epoch": 1, "total": 100, "items": [[7, "bad.pdf", "failed", "empty", "It is empty.", 0, 0]]})
    panel.page.get_by_role("button", name="failed: 1 file").click()
    expect(grid_of(panel)).to_have_attribute("aria-rowcount", "2")
    panel.tell(rows={"epoch": 1, "total": 100, "items": [[9, "worse.pdf", "failed", "crashed", "", 0, 0]]})
    expect(grid_of(panel)).to_have_attribute("aria-rowcount", "3")
    assert names(panel) == ["bad.pdf", "worse.pdf"]
    panel.page.get_by_role("button", name="all: 100 files").click()
    expect(grid_of(panel)).to_have_attribute("aria-rowcount", "101")


def test_a_status_is_a_word_and_a_picture_and_a_colour(panel: BarePage) -> None:
    words = ["ingested", "failed", "partial", "cancelled", "unchanged", "queued", "reading"]
    items = [[index, f"{word}.pdf", word, None, "", 1, 1] for index, word in enumerate(words)]
    panel.tell(rows={"epoch": 1, "total": len(words), "items": items})
    looks = set()
    for word in words:
        cell = grid_of(panel).get_by_role("row").filter(has_text=f"{word}.pdf").get_by_role("gridcell").first
        expect(cell).to_have_text(word)
        drawing = cell.locator("svg path")
        looks.add((drawing.get_attribute("d"), cell.locator("svg").evaluate("node => getComputedStyle(node).color")))
    assert len({path for path, _ in looks}) == len(words)
    assert len({colour for _, colour in looks}) >= 5


def test_a_click_tells_the_whole_detail(panel: BarePage) -> None:
    detail = "It needs a password. " * 30 + "Put it into pdf_passwords and run again."
    panel.tell(rows={"epoch": 1, "total": 1, "items": [[0, "locked.pdf", "failed", "encrypted", detail, 0, 5]]})
    grid_of(panel).get_by_role("row").nth(1).click()
    region = panel.page.get_by_role("region", name="File")
    expect(region).to_contain_text("Put it into pdf_passwords and run again.")
    text = region.locator(".ingw-detail-text")
    assert text.evaluate("node => node.scrollWidth <= node.clientWidth && node.scrollHeight <= node.clientHeight + 1")
    expect(grid_of(panel)).to_be_focused()


@pytest.mark.parametrize("width", [850, 700, 400])
def test_why_a_file_failed_stays_in_sight_beside_an_open_page(panel: BarePage, width: int) -> None:
    panel.page.set_viewport_size({"width": width, "height": 900})
    items = [
        [0, "a.pdf", "ingested", None, "", 7, 10],
        [1, "locked.pdf", "failed", "encrypted", "It is locked.", 0, 5],
    ]
    panel.tell(rows={"epoch": 1, "total": 2, "items": items})
    grid_of(panel).get_by_text("a.pdf").click()
    panel.answer_page([])
    expect(panel.page.get_by_role("img", name="Page 1 of a.pdf")).to_be_visible()
    note = grid_of(panel).get_by_role("gridcell", name="encrypted: It is locked.")
    box = note.bounding_box()
    assert box
    assert box["width"] > 80
    expect(note).to_have_attribute("title", "encrypted: It is locked.")


@pytest.mark.parametrize(("width", "share"), [(1400, 0.5), (850, 0.4), (700, 0.4), (400, 0.5)])
def test_names_have_the_room_while_there_is_nothing_to_know(panel: BarePage, width: int, share: float) -> None:
    panel.page.set_viewport_size({"width": width, "height": 900})
    panel.tell(rows={"epoch": 1, "total": 2, "items": [[0, "a.pdf", "queued", None, "", 0, 10]]})
    name = grid_of(panel).get_by_role("gridcell", name="a.pdf")
    expect(name).to_be_visible()
    wide = f"cell => cell.clientWidth > {share} * cell.closest('[role=grid]').clientWidth"
    assert name.evaluate(wide)
    panel.tell(rows={"epoch": 1, "total": 2, "items": [[1, "b.pdf", "failed", "empty", "It has no bytes.", 0, 0]]})
    note = grid_of(panel).get_by_role("gridcell", name="empty: It has no bytes.")
    expect(note).to_be_visible()
    assert note.evaluate("cell => cell.clientWidth") > 70


def test_where_only_one_of_them_can_be_read_it_is_the_name_and_a_click_tells_the_rest(panel: BarePage) -> None:
    panel.page.set_viewport_size({"width": 280, "height": 900})
    for row in ([0, "a.pdf", "ingested", None, "", 7, 10], [1, "b.pdf", "failed", "empty", "It has no bytes.", 0, 0]):
        panel.tell(rows={"epoch": 1, "total": 2, "items": [row]})
        cell = grid_of(panel).get_by_role("gridcell", name=str(row[1]))
        expect(cell).to_be_visible()
        assert cell.evaluate("cell => cell.clientWidth > 0.5 * cell.closest('[role=grid]').clientWidth")
    grid_of(panel).get_by_text("b.pdf").click()
    expect(panel.page.get_by_role("region", name="File")).to_contain_text("It has no bytes.")


def test_a_hidden_table_comes_back_where_it_was(panel: BarePage) -> None:
    """A theme switch or another tab makes the height 0 for a while."""
    panel.tell_rows(1000)
    grid = grid_of(panel)
    grid.evaluate("grid => { grid.scrollTop = 5600 }")
    expect(grid.get_by_text("file-00200.pdf")).to_be_visible()
    panel.page.evaluate("document.querySelector('section').parentElement.style.display = 'none'")
    panel.tell(rows={"epoch": 1, "total": 1000, "items": [[201, "renamed.pdf", "failed", None, "", 0, 0]]})
    panel.page.evaluate("document.querySelector('section').parentElement.style.display = ''")
    expect(grid.get_by_text("renamed.pdf")).to_be_visible()
    assert grid.evaluate(VISIBLE_ROWS)["count"] == 12


def test_another_run_empties_the_table(panel: BarePage) -> None:
    panel.tell_rows(50)
    panel.tell_rows(2, epoch=2)
    expect(grid_of(panel)).to_have_attribute("aria-rowcount", "3")
    assert grid_of(panel).get_by_role("row").count() == 3
    assert panel.errors == []


def test_another_run_begins_at_its_first_row_with_none_chosen(panel: BarePage) -> None:
    panel.tell_rows(100, "ingested")
    grid = grid_of(panel)
    grid.evaluate("grid => { grid.scrollTop = 99999 }")
    grid.get_by_text("file-00095.pdf").click()
    expect(grid.locator("[aria-selected=true]")).to_have_count(1)
    panel.tell_rows(200, epoch=2)
    expect(grid.get_by_text("file-00000.pdf")).to_be_visible()
    assert grid.evaluate("grid => grid.scrollTop") == 0
    expect(grid.locator("[aria-selected=true]")).to_have_count(0)
    grid.press("ArrowDown")
    assert active_row(panel) == "2"


def test_stop_hands_the_focus_to_the_grid_and_chooses_no_row(panel: BarePage) -> None:
    panel.tell_rows(30)
    panel.page.get_by_role("button", name="Start", exact=True).click()
    panel.tell(state={"running": True, "total": 30})
    panel.tell(state={"running": False, "total": 30})
    expect(grid_of(panel)).to_be_focused()
    expect(grid_of(panel).locator("[aria-selected=true]")).to_have_count(0)
    panel.page.keyboard.press("ArrowDown")
    assert active_row(panel) == "2"
