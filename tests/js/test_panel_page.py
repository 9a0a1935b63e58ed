"""The panel's page without a kernel: search, pages, source, keys, several views."""

from __future__ import annotations

import ast
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.js.conftest import BarePage

pytestmark = pytest.mark.browser

HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script>&lt;b&gt;${alert(3)}"
HITS = [
    {"file": "a.pdf", "page": 3, "snippet": "the entropy of heat", "spans": [[4, 11]]},
    {"file": "b.pdf", "page": 1, "snippet": "heat and entropy", "spans": [[9, 16]]},
]


def search(bare: BarePage, query: str = "entropy", hits: list[dict[str, object]] | None = None) -> None:
    asked = bare.page.evaluate("fake.sent.filter(m => m.kind === 'search').length")
    bare.page.get_by_role("searchbox", name="Search").fill(query)
    bare.sent("search", asked + 1)
    bare.answer_search(HITS if hits is None else hits)


def test_typing_searches_once_it_pauses(panel: BarePage) -> None:
    box = panel.page.get_by_role("searchbox", name="Search")
    box.press_sequentially("entropy", delay=5)
    asked = panel.sent("search")
    assert asked[-1]["query"] == "entropy"
    assert len(asked) <= 2
    panel.answer_search(HITS)
    hits = panel.page.get_by_role("list", name="Results").get_by_role("listitem")
    expect(hits).to_have_count(2)
    expect(hits.first.locator("mark")).to_have_text("entropy")


def test_an_answer_to_an_older_question_is_no_answer(panel: BarePage) -> None:
    search(panel)
    old = panel.sent("search")[-1]["ask"]
    panel.page.get_by_role("searchbox", name="Search").fill("other")
    panel.sent("search", 2)
    panel.answer_search([])
    hits = [HITS[0] | {"file": "old.pdf"}]
    panel.tell(results={"ask": old, "query": "entropy", "offset": 0, "total": 1, "hits": hits})
    expect(panel.page.get_by_text("No page matches other")).to_be_visible()
    expect(panel.page.get_by_text("old.pdf")).to_have_count(0)


def test_what_is_typed_while_an_answer_comes_stays(panel: BarePage) -> None:
    """The hits so far are shown, and the box is the typist's: it says the whole of what was typed."""
    box = panel.page.get_by_role("searchbox", name="Search")
    box.fill("ent")
    panel.sent("search")
    panel.page.evaluate(
        """results => {
            const box = document.querySelector("input[type=search]");
            box.value = "entr";
            box.dispatchEvent(new Event("input"));
            fake.tell({ results: { ...fake.sent.at(-1), ...results } });
        }""",
        {"hits": HITS, "total": 2},
    )
    expect(box).to_have_value("entr")
    expect(panel.page.get_by_role("listitem")).to_have_count(2)
    assert panel.sent("search", 2)[-1]["query"] == "entr"


def test_two_pages_with_one_widget_take_no_answer_of_each_other(mount: Callable[..., BarePage]) -> None:
    asks = []
    for _ in range(2):
        bare = mount()
        search(bare)
        bare.page.get_by_role("listitem").first.click()
        asks += [bare.sent("search")[0]["ask"], bare.sent("page")[0]["ask"]]
    assert len(set(asks)) == len(asks)


def test_a_page_that_comes_late_is_not_shown_under_the_name_of_another(panel: BarePage) -> None:
    search(panel)
    panel.page.get_by_role("listitem").first.click()
    late = panel.sent("page")[0]["ask"]
    panel.page.get_by_role("button", name="Close page").click()
    panel.page.get_by_role("listitem").nth(1).click()
    panel.tell(page={"ask": late, "pages": 77, "width": 9, "height": 9, "boxes": []})
    expect(panel.page.locator(".ingw-page-title")).to_have_text("b.pdf, page 1")


def test_marks_count_signs_as_python_does(panel: BarePage) -> None:
    """Beyond the basic plane JavaScript counts two for one."""
    search(panel, hits=[{"file": "a.pdf", "page": 1, "snippet": "🜁🜂 entropy 🜃", "spans": [[3, 10]]}])
    expect(panel.page.locator("mark")).to_have_text("entropy")


def test_escape_clears_the_search_and_keeps_the_focus(panel: BarePage) -> None:
    search(panel)
    box = panel.page.get_by_role("searchbox", name="Search")
    box.press("Escape")
    expect(box).to_have_value("")
    expect(box).to_be_focused()
    expect(panel.page.get_by_role("list", name="Results")).to_have_count(0)


@pytest.mark.parametrize("how", ["click", "enter"])
def test_a_hit_opens_its_page_with_boxes_over_it(panel: BarePage, how: str) -> None:
    search(panel)
    first = panel.page.get_by_role("listitem").first
    first.click() if how == "click" else first.press("Enter")
    assert {k: panel.sent("page")[-1][k] for k in ("file", "number", "query")} == {
        "file": "a.pdf", "number": 3, "query": "entropy",
    }  # fmt: skip
    panel.answer_page([[59.5, 84.2, 119, 168.4]])
    image = panel.page.get_by_role("img", name="Page 3 of a.pdf", exact=True)
    expect(image).to_be_visible()
    panel.page.wait_for_function("document.querySelector('.ingw-image').complete")
    place = panel.page.evaluate(
        """() => {
            const image = document.querySelector(".ingw-image").getBoundingClientRect();
            const mark = document.querySelector(".ingw-mark").getBoundingClientRect();
            return [(mark.left - image.left) / image.width, (mark.top - image.top) / image.height,
                    mark.width / image.width, mark.height / image.height];
        }"""
    )
    assert place == pytest.approx([0.1, 0.1, 0.1, 0.1], abs=0.005)


def test_a_hit_without_a_mark_says_why(panel: BarePage) -> None:
    """The title finds a file's first page; on a page that is no hit there is nothing to explain."""
    search(panel)
    panel.page.get_by_role("listitem").nth(1).click()
    panel.answer_page([], unmarked="elsewhere")
    said = panel.page.locator(".ingw-page-bar .ingw-summary")
    expect(said).to_have_text("hit 2 of 2, 0 marked: found by the title of its file")
    panel.page.get_by_role("button", name="Next page").click()
    panel.sent("page", 2)
    panel.answer_page([], unmarked="elsewhere")
    expect(said).to_have_text("0 marked")


@pytest.mark.parametrize("waited", [0, 1], ids=["at once", "while the kernel searches"])
def test_enter_opens_the_first_hit_of_what_was_just_typed(panel: BarePage, waited: int) -> None:
    search(panel, "older")
    box = panel.page.get_by_role("searchbox", name="Search")
    box.fill("newer")
    panel.sent("search", 1 + waited)
    box.press("Enter")
    assert [asked["query"] for asked in panel.sent("search", 2)] == ["older", "newer"]
    panel.answer_search(HITS[1:])
    assert [page["file"] for page in panel.sent("page")] == ["b.pdf"]


def test_who_types_on_after_enter_opens_nothing(panel: BarePage) -> None:
    box = panel.page.get_by_role("searchbox", name="Search")
    box.fill("entr")
    box.press("Enter")
    box.fill("entropy")
    panel.sent("search", 2)
    panel.answer_search(HITS)
    expect(panel.page.get_by_role("listitem")).to_have_count(2)
    assert panel.page.evaluate("fake.sent.filter(m => m.kind === 'page').length") == 0


def test_a_page_that_cannot_be_shown_leaves_no_empty_sheet(panel: BarePage) -> None:
    search(panel)
    panel.page.get_by_role("listitem").first.click()
    panel.tell(page={"ask": panel.sent("page")[-1]["ask"], "error": "The file is gone."})
    expect(panel.page.get_by_text("The file is gone.")).to_be_visible()
    expect(panel.page.locator(".ingw-sheet")).to_be_hidden()


def test_a_problem_that_comes_again_is_said_once(panel: BarePage) -> None:
    for sentence in ("No corpus.", "No space.", "No corpus."):
        panel.tell(problem={"sentence": sentence, "details": ""})
    assert panel.page.locator(".ingw-notice-problem").all_inner_texts() == ["No space.", "No corpus."]


def test_what_went_wrong_is_red_and_a_hint_is_not(panel: BarePage) -> None:
    panel.tell_rows(1, "failed")
    panel.tell(problem={"sentence": "No corpus.", "details": ""}, state={"running": False, "hint": "It waits."})
    edge = "node => getComputedStyle(node).borderLeftColor"
    red = panel.page.locator(".ingw-icon-failed").first.evaluate("node => getComputedStyle(node).color")
    assert panel.page.locator(".ingw-notice").filter(has_text="No corpus.").evaluate(edge) == red
    assert panel.page.locator(".ingw-notice-life").evaluate(edge) == red
    assert panel.page.locator(".ingw-notice").filter(has_text="It waits.").evaluate(edge) != red


def test_a_pasted_text_that_is_not_found_is_not_said_in_full(panel: BarePage) -> None:
    search(panel, "x" * 5000, [])
    said = panel.page.get_by_text("No page matches")
    expect(said).to_be_visible()
    assert said.inner_text() == f"No page matches {'x' * 119}…"


def test_a_double_click_selects_no_text_of_a_button(panel: BarePage) -> None:
    """Chromium would mark the label of one that the first click disables."""
    panel.tell_rows(1)
    for name in ("Stop", "all: 1 file"):
        button = panel.page.get_by_role("button", name=name, exact=True)
        assert button.evaluate("node => getComputedStyle(node).userSelect") == "none"


def test_enter_in_source_while_a_run_goes_on_says_why_nothing_starts(panel: BarePage) -> None:
    panel.tell(state={"running": True})
    panel.page.get_by_role("textbox", name="Source").fill("other")
    panel.page.get_by_role("textbox", name="Source").press("Enter")
    note = panel.page.get_by_text("A run is under way")
    expect(note).to_be_visible()
    assert panel.page.evaluate("fake.sent.filter(m => m.kind === 'start').length") == 0
    panel.tell(state={"running": False})
    expect(note).to_have_count(0)


def test_the_bar_says_that_it_is_being_stopped(panel: BarePage) -> None:
    panel.tell(state={"running": True, "finished": 1, "total": 4, "eta": 30})
    bar = panel.page.get_by_role("progressbar", name="Progress")
    expect(bar).to_have_attribute("aria-valuetext", "1 of 4 files, 25 %, 30 s left")
    panel.page.get_by_role("button", name="Stop", exact=True).click()
    expect(bar).to_have_attribute("aria-valuetext", "1 of 4 files, 25 %, stopping…")

    panel.tell(state={"stopping": False, "eta": None, "finished": 9_999, "total": 10_000})
    expect(bar).to_have_attribute("aria-valuetext", "9,999 of 10,000 files, 99 %")


def test_the_bar_is_red_for_the_share_that_failed(panel: BarePage) -> None:
    panel.tell(state={"running": False, "finished": 4, "total": 4, "failed": 3, "outcome": "done"})
    fill = panel.page.locator(".ingw-bar-fill")
    assert fill.evaluate("node => node.style.getPropertyValue('--ingw-failed')") == "75%"
    image = fill.evaluate("node => getComputedStyle(node).backgroundImage")
    assert "75%" in image
    assert "gradient" in image


def test_with_reduced_motion_nothing_moves_by_itself(panel: BarePage) -> None:
    panel.tell(state={"running": True, "finished": 1, "total": 4})
    panel.tell_rows(4, "reading")
    expect(panel.page.locator(".ingw-window .ingw-icon-reading")).to_have_count(4)
    moving = """() => [...document.querySelectorAll(".ingw *")].map((node) => getComputedStyle(node))
        .filter((style) => style.transitionDuration !== "0s" || style.animationName !== "none").length"""
    assert panel.page.evaluate(moving) == 5
    panel.page.emulate_media(reduced_motion="reduce")
    try:
        assert panel.page.evaluate(moving) == 0
    finally:
        panel.page.emulate_media(reduced_motion="no-preference")


GROUND = "node => getComputedStyle(node).backgroundColor"


def test_in_high_contrast_the_bar_the_marks_and_what_is_chosen_can_be_seen(panel: BarePage) -> None:
    panel.tell_rows(3)
    panel.tell(state={"running": False, "finished": 3, "total": 3, "outcome": "done"})
    search(panel)
    panel.page.get_by_role("listitem").first.click()
    panel.answer_page([[1, 1, 2, 2]])
    coloured = [panel.page.locator(name) for name in (".ingw-bar", ".ingw-bar-fill", ".ingw-mark")]
    expect(coloured[-1]).to_have_count(1)
    before = [part.evaluate(GROUND) for part in coloured]
    panel.page.emulate_media(forced_colors="active")
    try:
        assert [part.evaluate(GROUND) for part in coloured] == before
        assert "rgba" not in panel.page.locator("mark").first.evaluate(GROUND), "half of a colour under black letters"
        for chosen in (panel.page.get_by_role("listitem").first, panel.page.get_by_role("button", name="all: 3 files")):
            assert chosen.evaluate("node => getComputedStyle(node).outlineStyle") == "solid"
    finally:
        panel.page.emulate_media(forced_colors="none")


def test_a_name_that_turns_the_direction_leaves_the_page_number_alone(panel: BarePage) -> None:
    search(panel, hits=[HITS[0] | {"file": "a\u202efdp.pdf"}])
    panel.page.get_by_role("listitem").click()
    title = panel.page.locator(".ingw-page-title")
    expect(title).to_have_text("a\u202efdp.pdf, page 3")
    expect(title.locator("bdi")).to_have_text("a\u202efdp.pdf")


def test_a_name_reads_the_same_in_the_table_the_hits_and_the_title(panel: BarePage) -> None:
    """A name of Arabic letters that ends on Latin ones would be turned round where it stands alone; it may be cut."""
    name = "\u0639\u0642\u062f 2024.pdf"
    panel.tell(rows={"epoch": 1, "total": 1, "items": [[0, name, "ingested", None, "", 1, 10]]})
    search(panel, hits=[HITS[0] | {"file": name}])
    hit = panel.page.get_by_role("listitem").locator(".ingw-hit-file")
    expect(hit).to_have_attribute("title", name)
    hit.click()
    shown = panel.page.get_by_role("grid").get_by_text(name), hit, panel.page.locator(".ingw-page-title bdi")
    assert {part.evaluate("node => getComputedStyle(node).direction") for part in shown} == {"ltr"}


@pytest.mark.parametrize("width", [850, 360])
def test_a_long_name_leaves_the_page_number_in_sight(panel: BarePage, width: int) -> None:
    panel.page.set_viewport_size({"width": width, "height": 900})
    search(panel, hits=[HITS[0] | {"file": "a long name " * 16 + ".pdf"}])
    panel.page.get_by_role("listitem").click()
    panel.answer_page([])
    title = panel.page.locator(".ingw-page-title")
    place = title.get_by_text(", page 3 of 9", exact=True)
    expect(place).to_be_visible()
    inner, outer = place.bounding_box(), title.bounding_box()
    assert inner
    assert outer
    assert inner["x"] + inner["width"] <= outer["x"] + outer["width"]
    assert panel.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("width", [850, 480, 260])
def test_a_hit_shows_its_match_however_narrow_the_list(panel: BarePage, width: int) -> None:
    panel.page.set_viewport_size({"width": width, "height": 900})
    around = "a few more words "  # the kernel sends 240 signs, with the match in the middle
    snippet = around * 7 + "entropy " + around * 7
    search(panel, hits=[HITS[0] | {"snippet": snippet, "spans": [[7 * len(around), 7 * len(around) + 7]]}])
    mark = panel.page.get_by_role("listitem").locator("mark")
    text = panel.page.locator(".ingw-hit-text").bounding_box()
    place = mark.bounding_box()
    assert text
    assert place
    assert place["y"] + place["height"] <= text["y"] + text["height"]


def test_no_line_is_empty_above_a_page_that_was_not_searched_for(panel: BarePage) -> None:
    panel.tell_rows(3, "ingested")
    panel.tell(rows={"epoch": 1, "total": 3, "items": [[0, "a.pdf", "ingested", None, "", 7, 10]]})
    panel.page.get_by_role("grid").get_by_text("a.pdf").click()
    panel.answer_page([])
    expect(panel.page.get_by_role("img", name="Page 1 of a.pdf")).to_be_visible()
    button = panel.page.get_by_role("button", name="Next page").bounding_box()
    sheet = panel.page.locator(".ingw-sheet").bounding_box()
    assert button
    assert sheet
    assert sheet["y"] - (button["y"] + button["height"]) < 12


MANY = [{"file": f"{n:02}.pdf", "page": 1, "snippet": "entropy", "spans": [[0, 7]]} for n in range(20)]
CUT = """list => {
  const end = list.parentElement.getBoundingClientRect().bottom;
  const cut = [...list.children].map((hit) => hit.getBoundingClientRect()).find((hit) => hit.bottom > end);
  return (end - cut.top) / cut.height;
}"""


@pytest.mark.parametrize("reading", [False, True])
def test_a_list_of_hits_that_goes_on_shows_it_by_half_a_hit(panel: BarePage, reading: bool) -> None:
    search(panel, hits=MANY)
    if reading:
        panel.page.get_by_role("listitem").first.click()
        panel.answer_page([])
    assert 0.2 < panel.page.get_by_role("list", name="Results").evaluate(CUT) < 0.8


def test_show_more_stands_behind_the_last_hit_and_another_query_begins_at_the_first(panel: BarePage) -> None:
    panel.page.get_by_role("searchbox", name="Search").fill("entropy")
    panel.sent("search")
    panel.answer_search(MANY, total=30)
    more = panel.page.get_by_role("button", name="Show more")
    expect(more).not_to_be_in_viewport(ratio=0.5)
    panel.page.get_by_role("listitem").last.scroll_into_view_if_needed()
    more.click()
    assert panel.sent("search", 2)[-1]["offset"] == 20
    panel.answer_search([hit | {"file": f"more-{hit['file']}"} for hit in MANY[:10]], total=30)
    expect(panel.page.get_by_role("listitem")).to_have_count(30)
    expect(more).to_have_count(0)
    expect(panel.page.get_by_role("listitem").nth(20)).to_be_focused()
    expect(panel.page.get_by_role("listitem").nth(20)).to_be_in_viewport()
    search(panel, "other", [hit | {"snippet": "other", "spans": []} for hit in MANY])
    expect(panel.page.get_by_text("00.pdf", exact=True)).to_be_in_viewport()


def test_next_hit_and_next_page(panel: BarePage) -> None:
    search(panel)
    panel.page.get_by_role("listitem").first.click()
    panel.answer_page([[1, 1, 2, 2]])
    panel.page.get_by_role("button", name="Next hit").click()
    assert panel.sent("page", 2)[-1]["file"] == "b.pdf"
    panel.answer_page([], pages=2)
    panel.page.get_by_role("button", name="Next page").click()
    assert panel.sent("page", 3)[-1]["number"] == 2
    panel.answer_page([], pages=2)
    expect(panel.page.get_by_role("img", name="Page 2 of b.pdf")).to_be_visible()
    expect(panel.page.get_by_role("button", name="Next page")).to_have_attribute("aria-disabled", "true")


def test_the_open_page_keeps_its_place_among_the_hits_of_another_query(panel: BarePage) -> None:
    """And what is looked for now is marked on it."""
    search(panel)
    panel.page.get_by_role("listitem").nth(1).click()
    panel.answer_page([[1, 1, 2, 2]])
    note = panel.page.locator(".ingw-page .ingw-summary")
    expect(note).to_have_text("hit 2 of 2, 1 marked")
    hits = panel.page.get_by_role("listitem")
    search(panel, "heat", [HITS[1], {"file": "c.pdf", "page": 1, "snippet": "heat", "spans": [[0, 4]]}])
    expect(hits.first).to_have_attribute("aria-current", "true")
    expect(hits.nth(1)).not_to_have_attribute("aria-current", "true")
    asked = panel.sent("page", 2)[-1]
    assert [asked[name] for name in ("file", "number", "query")] == ["b.pdf", 1, "heat"]
    panel.answer_page([[1, 1, 2, 2], [3, 3, 4, 4]])
    expect(note).to_have_text("hit 1 of 2, 2 marked")
    panel.page.get_by_role("button", name="Next hit").click()
    assert panel.sent("page", 3)[-1]["file"] == "c.pdf"


@pytest.mark.parametrize("query", ["qqqqq", ""])
def test_without_hits_no_row_is_open_and_no_hit_is_next(panel: BarePage, query: str) -> None:
    search(panel)
    panel.page.get_by_role("listitem").nth(1).click()
    panel.answer_page([[1, 1, 2, 2]])
    expect(panel.page.locator(".ingw-mark")).to_have_count(1)
    panel.page.get_by_role("searchbox", name="Search").fill(query)
    if query:
        panel.sent("search", 2)
        panel.answer_search([])
    panel.sent("page", 2)
    panel.answer_page([])
    for name in ("Previous hit", "Next hit"):
        expect(panel.page.get_by_role("button", name=name)).to_have_count(0)
    expect(panel.page.locator(".ingw-mark")).to_have_count(0)
    expect(panel.page.locator(".ingw-page .ingw-summary")).to_have_text("0 marked" if query else "")


def test_hits_that_come_in_before_the_open_one_do_not_take_its_place(panel: BarePage) -> None:
    search(panel)
    panel.page.get_by_role("listitem").nth(1).click()
    panel.answer_page([[1, 1, 2, 2]])
    panel.tell(state={"running": False, "finished": 5})
    panel.sent("search", 2)
    panel.answer_search([{"file": "0.pdf", "page": 1, "snippet": "entropy", "spans": [[0, 7]]}, *HITS])
    expect(panel.page.get_by_role("listitem").nth(2)).to_have_attribute("aria-current", "true")
    expect(panel.page.locator(".ingw-page .ingw-summary")).to_have_text("hit 3 of 3, 1 marked")
    assert len(panel.sent("page")) == 1


def test_the_way_to_the_next_hit_stays_when_others_push_the_open_one_out_of_the_list(panel: BarePage) -> None:
    search(panel, hits=MANY)
    panel.page.get_by_role("listitem").nth(2).click()
    panel.answer_page([[1, 1, 2, 2]])
    panel.tell(state={"running": True, "finished": 5})
    panel.sent("search", 2)
    panel.answer_search([hit | {"file": f"new-{hit['file']}"} for hit in MANY], total=40)
    expect(panel.page.locator(".ingw-page .ingw-summary")).to_have_text("1 marked")
    expect(panel.page.locator("[aria-current]")).to_have_count(0)
    panel.page.get_by_role("button", name="Next hit").click()
    assert panel.sent("page", 2)[-1]["file"] == "new-03.pdf"


def test_a_page_beside_the_hits_leaves_none_of_them_marked_as_open(panel: BarePage) -> None:
    search(panel)
    panel.page.get_by_role("listitem").first.click()
    panel.answer_page([[1, 1, 2, 2]])
    panel.page.get_by_role("button", name="Next page").click()
    expect(panel.page.locator("[aria-current]")).to_have_count(0)
    panel.answer_page([])
    panel.page.get_by_role("button", name="Next hit").click()
    assert panel.sent("page", 3)[-1]["file"] == "b.pdf"


def test_the_next_hit_beyond_those_shown_is_fetched(panel: BarePage) -> None:
    panel.page.get_by_role("searchbox").fill("x")
    panel.sent("search")
    panel.answer_search(HITS, total=3)
    panel.page.get_by_role("listitem").nth(1).click()
    panel.answer_page([])
    panel.page.get_by_role("button", name="Next hit").click()
    assert panel.sent("search", 2)[-1]["offset"] == 2
    panel.answer_search([{"file": "c.pdf", "page": 8, "snippet": "x", "spans": [[0, 1]]}], total=3)
    assert panel.sent("page", 2)[-1]["file"] == "c.pdf"


def test_hits_stay_under_the_focus_when_more_come(panel: BarePage) -> None:
    search(panel)
    panel.page.get_by_role("listitem").nth(1).focus()
    panel.tell(state={"running": False, "finished": 5})
    panel.sent("search", 2)
    panel.answer_search([{"file": "0.pdf", "page": 1, "snippet": "entropy", "spans": [[0, 7]]}, *HITS])
    expect(panel.page.get_by_role("listitem")).to_have_count(3)
    expect(panel.page.get_by_role("listitem").nth(2)).to_be_focused()


def test_hits_that_come_in_leave_the_list_where_it_is_being_read(panel: BarePage) -> None:
    search(panel, hits=MANY)
    panel.page.get_by_role("listitem").nth(12).click()
    box = panel.page.locator(".ingw-results")
    at = box.evaluate("box => box.scrollTop")
    assert at > 0
    panel.tell(state={"running": False, "finished": 5})
    panel.sent("search", 2)
    panel.answer_search([*MANY[:15], MANY[0] | {"file": "new.pdf"}, *MANY[15:19]])
    expect(panel.page.get_by_role("listitem").nth(15)).to_contain_text("new.pdf")
    assert box.evaluate("box => new Promise(requestAnimationFrame).then(() => box.scrollTop)") == at


def test_a_hit_that_is_none_any_more_leaves_the_focus_in_the_list(panel: BarePage) -> None:
    """The notebook would get the keys, and two of them delete a cell."""
    search(panel, hits=MANY)
    panel.page.get_by_role("listitem").nth(3).focus()
    panel.tell(state={"running": False, "finished": 5})
    panel.sent("search", 2)
    panel.answer_search([*MANY[:3], *MANY[4:]])
    expect(panel.page.get_by_role("listitem")).to_have_count(len(MANY) - 1)
    expect(panel.page.get_by_role("listitem").nth(3)).to_be_focused()


def test_after_another_query_tab_leads_to_the_first_hit(panel: BarePage) -> None:
    search(panel, hits=MANY)
    panel.page.get_by_role("listitem").nth(3).click()
    search(panel, "other", [hit | {"snippet": "other", "spans": []} for hit in MANY])
    panel.page.get_by_role("searchbox", name="Search").press("Tab")
    expect(panel.page.get_by_role("listitem").first).to_be_focused()


def test_whatever_comes_is_text(panel: BarePage) -> None:
    before = panel.page.locator("img, script").count()
    panel.page.get_by_role("textbox", name="Source").fill(HOSTILE)
    panel.sent("complete")
    panel.tell(
        rows={"epoch": 1, "total": 1, "items": [[0, HOSTILE, "failed", HOSTILE, HOSTILE, 0, 1]]},
        state={"sentence": HOSTILE, "hint": HOSTILE, "corpus": HOSTILE},
        problem={"sentence": HOSTILE, "details": HOSTILE},
        completions={"text": HOSTILE, "options": [HOSTILE + "/"]},
    )
    panel.page.get_by_role("grid").get_by_role("row").nth(1).click()
    search(panel, HOSTILE, [{"file": HOSTILE, "page": 1, "snippet": HOSTILE, "spans": [[0, 4]]}])
    panel.page.get_by_role("list", name="Results").get_by_role("listitem").click()
    panel.answer_page([])
    panel.page.get_by_role("button", name="Copy code").click()
    expect(panel.page.get_by_role("img", name=f"Page 1 of {HOSTILE}")).to_be_visible()
    assert panel.page.locator("img, script").count() == before
    assert panel.page.locator("section b, section [onerror]").count() == 0
    assert panel.errors == []


def test_tab_goes_through_the_panel_in_its_order(panel: BarePage) -> None:
    panel.tell(state={"corpus": "c.sqlite"})
    panel.tell_rows(100)
    search(panel)
    panel.page.get_by_role("textbox", name="Source").focus()
    seen = []
    for _ in range(7):
        seen.append(
            panel.page.evaluate(
                "(document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent).slice(0, 11)"
            )
        )
        outline = panel.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid", seen
        panel.page.keyboard.press("Tab")
    assert seen == ["Source", "Start", "Upload PDFs", "Copy code", "Files", "Search", "a.pdf page "]


def test_source_is_a_textbox_and_enter_starts(panel: BarePage) -> None:
    box = panel.page.get_by_role("textbox", name="Source", exact=True)
    box.fill("papers")
    box.press("Enter")
    assert panel.sent("start")[0]["source"] == "papers"


def test_a_completion_is_chosen_by_arrows_and_does_not_start(panel: BarePage) -> None:
    box = panel.page.get_by_role("textbox", name="Source")
    box.press_sequentially("pa")
    assert panel.sent("complete")[-1]["text"] == "pa"
    panel.tell(completions={"text": "pa", "options": ["papers/", "patents/"]})
    expect(panel.page.get_by_role("listbox").get_by_role("option")).to_have_text(["papers/", "patents/"])
    box.press("ArrowDown")
    box.press("ArrowDown")
    expect(panel.page.get_by_role("option", name="patents/")).to_have_attribute("aria-selected", "true")
    box.press("Enter")
    expect(box).to_have_value("patents/")
    assert panel.page.evaluate("fake.sent.filter(m => m.kind === 'start').length") == 0
    assert panel.sent("complete", 2)[-1]["text"] == "patents/"
    panel.tell(completions={"text": "patents/", "options": ["patents/old/"]})
    expect(panel.page.get_by_role("listbox")).to_be_visible()
    box.press("Escape")
    expect(panel.page.get_by_role("listbox")).to_have_count(0)
    expect(box).to_be_focused()


def test_the_completions_never_lie_over_start(panel: BarePage) -> None:
    panel.page.set_viewport_size({"width": 480, "height": 800})
    panel.page.get_by_role("textbox", name="Source").press_sequentially("p")
    panel.sent("complete")
    panel.tell(completions={"text": "p", "options": [f"p{n}/" for n in range(30)]})
    expect(panel.page.get_by_role("listbox")).to_be_visible()
    panel.page.get_by_role("button", name="Start", exact=True).click(timeout=2000)
    assert panel.sent("start")[0]["source"] == "p"


def test_the_box_shows_which_path_the_kernel_took_of_what_was_typed(panel: BarePage) -> None:
    box = panel.page.get_by_role("textbox", name="Source")
    box.fill("'papers/'")
    box.press("Enter")
    panel.tell(state={"source": "papers/", "typed": "'papers/'", "running": True})
    expect(box).to_have_value("papers/")


def test_who_starts_before_the_kernel_has_told_its_source_starts_that(panel: BarePage) -> None:
    panel.page.get_by_role("button", name="Start", exact=True).click()
    assert panel.sent("start")[0] == {"kind": "start", "bytes": 0}


def test_who_types_before_the_kernel_has_told_its_source_starts_what_was_typed(panel: BarePage) -> None:
    panel.page.get_by_role("textbox", name="Source").fill("papers")
    panel.page.get_by_role("button", name="Start", exact=True).click()
    assert panel.sent("start")[0]["source"] == "papers"


def test_panels_beside_each_other_share_the_width(mount: Callable[..., BarePage]) -> None:
    """As in an HBox of ipywidgets, where each gets the width of its contents."""
    bare = mount(views=2)
    bare.page.evaluate("document.body.style.display = 'flex'")
    widths = bare.page.get_by_role("region", name="Ingest PDFs").evaluate_all("all => all.map((e) => e.clientWidth)")
    assert min(widths) > 400


def test_start_and_stop_are_there_and_disabled_in_turn(panel: BarePage) -> None:
    start, stop = (panel.page.get_by_role("button", name=name, exact=True) for name in ("Start", "Stop"))
    expect(start).to_be_enabled()
    expect(stop).to_be_disabled()
    panel.tell(state={"running": True, "total": 4, "finished": 1, "sentence": "1 of 4 files"})
    expect(start).to_be_disabled()
    bar = panel.page.get_by_role("progressbar", name="Progress", exact=True)
    assert [bar.get_attribute(f"aria-value{name}") for name in ("now", "max")] == ["1", "4"]
    assert "1 of 4 files" in str(bar.get_attribute("aria-valuetext"))
    stop.click()
    panel.sent("stop")
    expect(stop).to_be_disabled()
    panel.tell(state={"running": False, "stopping": False, "sentence": "4 files: 1 ingested, 3 cancelled"})
    expect(panel.page.get_by_role("status").filter(has_text="4 files: 1 ingested, 3 cancelled")).to_be_visible()


def test_no_key_leaves_the_panel_but_shortcuts_do(panel: BarePage) -> None:
    """`d d` in a notebook deletes cells."""
    panel.tell(state={"corpus": "c.sqlite"})
    panel.tell_rows(5)
    panel.page.evaluate("window.leaked = []; document.addEventListener('keydown', (e) => leaked.push(e.key))")
    search(panel)
    for place in (
        panel.page.get_by_role("grid"),
        panel.page.get_by_role("listitem").first,
        panel.page.get_by_role("button", name="Copy code"),
        panel.page.get_by_role("searchbox"),
    ):
        place.focus()
        for key in ("d", "d", "ArrowDown", "x"):
            panel.page.keyboard.press(key)
        panel.page.get_by_role("button", name="Copy code").press("Escape")
    assert panel.page.evaluate("leaked") == []
    panel.page.get_by_role("grid").press("Control+s")
    panel.page.get_by_role("grid").press("Shift+Enter")
    assert panel.page.evaluate("leaked").count("s") == 1
    assert "Enter" in panel.page.evaluate("leaked")


def test_two_views_show_the_same(mount: Callable[..., BarePage]) -> None:
    bare = mount(views=2)
    assert len(bare.sent("hello")) == 1
    bare.tell_rows(30)
    bare.page.get_by_role("searchbox").first.fill("entropy")
    bare.sent("search")
    bare.answer_search(HITS)
    bare.page.get_by_role("textbox", name="Source").first.fill("papers")
    for view in (0, 1):
        section = bare.page.get_by_role("region", name="Ingest PDFs").nth(view)
        expect(section.get_by_role("grid")).to_have_attribute("aria-rowcount", "31")
        expect(section.get_by_role("searchbox")).to_have_value("entropy")
        expect(section.get_by_role("listitem")).to_have_count(2)
        expect(section.get_by_role("textbox", name="Source")).to_have_value("papers")
    bare.page.evaluate("closeViews[0]()")
    bare.tell_rows(3, epoch=2)
    expect(bare.page.get_by_role("grid")).to_have_attribute("aria-rowcount", "4")
    assert bare.errors == []


def test_a_lost_message_makes_the_page_ask_for_everything(panel: BarePage) -> None:
    panel.tell(state={"finished": 1})
    panel.page.evaluate("fake.seq += 1")
    panel.tell(state={"finished": 3})
    assert len(panel.sent("hello", 2)) == 2


def test_a_message_that_cannot_be_sent_says_that_the_kernel_is_gone(panel: BarePage) -> None:
    """ipywidgets raises where the widget's comm has died with its kernel."""
    panel.page.evaluate("void (fake.send = () => { throw new Error('Cannot send'); })")
    panel.page.evaluate("fake.emit('comm_live_update')")
    expect(panel.page.get_by_role("alert").filter(has_text="doesn't answer: run this cell again")).to_be_visible()
    expect(panel.page.get_by_role("button", name="Start", exact=True)).to_be_disabled()
    assert panel.errors == []


@pytest.mark.parametrize(
    "name",
    [
        "plain", "with space", "it's", 'say "hi"', "$& $1 `x` ${y}", "back\\slash\\n", "tab\tnew\nline",
        "\x00\x1f\x7f\x85", "e\u0301 \u202e\u2028\u200b\xa0", "\U0001f701 \U0001f469\u200d\U0001f52c \U000e0041",
        "\ud800lone", "'''", "{braces} %s",
    ],
)  # fmt: skip
def test_copied_code_names_exactly_the_same_source(panel: BarePage, name: str) -> None:
    literal = "".join(f"\\u{unit:04x}" for unit in _utf16(name))
    panel.page.evaluate(f'fake.tell({{ state: {{ source: "{literal}", corpus: "c.sqlite" }} }})')
    panel.page.get_by_role("button", name="Copy code").click()
    code = panel.page.locator(".ingw-code pre")
    expect(code).to_be_visible()
    module = ast.parse(code.inner_text())
    call = next(node for node in ast.walk(module) if isinstance(node, ast.Call))
    assert [ast.literal_eval(argument) for argument in call.args] == [name, "c.sqlite"]
    assert ast.unparse(module).startswith("from ingest_widgets import ingest\n")


def test_no_code_is_copied_before_the_kernel_has_told_its_corpus(panel: BarePage) -> None:
    """It would name none."""
    panel.page.get_by_role("textbox", name="Source").fill("papers")
    expect(panel.page.get_by_role("button", name="Copy code")).to_be_disabled()
    panel.tell(state={"corpus": "c.sqlite"})
    panel.page.get_by_role("button", name="Copy code").click()
    expect(panel.page.locator(".ingw-code pre")).to_contain_text("ingest('papers', 'c.sqlite')")


def _utf16(text: str) -> list[int]:
    raw = text.encode("utf-16-le", "surrogatepass")
    return [int.from_bytes(raw[at : at + 2], "little") for at in range(0, len(raw), 2)]


def test_a_long_path_in_a_notice_stays_within_the_panel(panel: BarePage) -> None:
    panel.tell(problem={"sentence": f"{'x' * 300} doesn't exist", "details": ""}, state={"hint": "y" * 300})
    expect(panel.page.get_by_role("alert").filter(has_text="doesn't exist")).to_be_visible()
    expect(panel.page.get_by_text("y" * 300)).to_be_visible()
    assert panel.page.locator("section").evaluate("node => node.scrollWidth <= node.clientWidth")


def test_a_problem_is_a_sentence_with_details_to_unfold(panel: BarePage) -> None:
    panel.tell(problem={"sentence": "The disk is full.", "details": "Traceback: line 7"})
    alert = panel.page.get_by_role("alert").filter(has_text="The disk is full.")
    expect(alert).to_be_visible()
    expect(alert.get_by_text("Traceback: line 7")).to_be_hidden()
    alert.get_by_text("Details").click()
    expect(alert.get_by_text("Traceback: line 7")).to_be_visible()
    alert.get_by_role("button", name="Dismiss").click()
    expect(panel.page.get_by_text("The disk is full.")).to_have_count(0)


def test_axe_finds_nothing_serious(panel: BarePage) -> None:
    panel.tell_rows(30, "failed")
    panel.tell(
        state={"running": True, "total": 30, "finished": 30, "sentence": "30 of 30 files: 30 failed", "hint": "wait"}
    )
    panel.tell(problem={"sentence": "Something", "details": "more"})
    search(panel)
    panel.page.get_by_role("listitem").first.click()
    panel.answer_page([[1, 1, 90, 20]])
    panel.page.get_by_role("grid").get_by_role("row").nth(1).click()
    panel.page.get_by_role("textbox", name="Source").press_sequentially("p")
    panel.sent("complete")
    panel.tell(completions={"text": "p", "options": ["p1/", "p2/"]})
    expect(panel.page.get_by_role("listbox")).to_be_visible()
    found = Axe().run(panel.page).response["violations"]
    serious = [(v["id"], [n["html"] for n in v["nodes"]]) for v in found if v["impact"] in ("serious", "critical")]
    assert serious == []


def test_what_is_typed_outlives_a_late_answer(panel: BarePage) -> None:
    box = panel.page.get_by_role("textbox", name="Source")
    box.fill("papers")
    panel.tell(state={"source": "", "running": False, "sentence": "Nothing ingested yet."})
    expect(panel.page.get_by_text("Nothing ingested yet.")).to_be_visible()
    expect(box).to_have_value("papers")
    panel.tell(state={"source": "papers", "running": True})
    panel.tell(state={"source": "other", "running": True})
    expect(box).to_have_value("other")


def test_a_kernel_that_does_not_hear_is_told_of(panel: BarePage) -> None:
    """Patches of a run that goes on are no answer to Stop."""
    panel.tell(state={"running": True, "stopping": False, "total": 9, "finished": 1, "sentence": "1 of 9 files"})
    panel.page.get_by_role("button", name="Stop", exact=True).click()
    panel.sent("stop")
    panel.tell(state={"running": True, "stopping": False, "total": 9, "finished": 2, "sentence": "2 of 9 files"})
    note = panel.page.locator("p").filter(has_text="interrupt the kernel")
    expect(note).to_be_visible()
    panel.tell(state={"running": False, "stopping": False, "sentence": "9 files: 2 ingested, 7 cancelled"})
    expect(note).to_have_count(0)
    assert panel.page.get_by_role("status").count() == 1


def test_a_kernel_that_goes_on_telling_is_slow_and_not_gone(mount: Callable[..., BarePage]) -> None:
    """Whoever runs the cell again, as a panel without its kernel asks for, loses the view of the run."""
    bare = mount(traits={"kernel": {"status": "idle", "connectionStatus": "connected"}})
    notice = bare.page.locator("p").filter(has_text="run this cell again")
    with bare.own_clock() as wait:
        bare.page.get_by_role("searchbox", name="Search").fill("entropy")
        for finished in range(1, 10):
            bare.tell(state={"running": True, "total": 99, "finished": finished, "sentence": "some of 99 files"})
            wait(500)
        assert bare.sent("search")
        expect(notice).to_have_count(0)
        wait(4000)
        expect(notice).to_be_visible()


def test_a_greeting_that_got_lost_is_sent_again_a_few_times(mount: Callable[..., BarePage]) -> None:
    """Of two panels that were shown at once one never heard anything. A busy kernel may have it still before it."""
    bare = mount(traits={"kernel": {"status": "busy", "connectionStatus": "connected"}})
    with bare.own_clock() as wait:
        bare.tell(state={"running": False, "sentence": ""})
        bare.page.evaluate("(fake.sent.length = 0, fake.emit('comm_live_update'))")
        wait(60_000)
        assert len(bare.sent("hello")) == 1
        bare.page.evaluate("fake.traits.kernel.status = 'idle'")
        wait(60_000)
        assert len(bare.sent("hello")) == 4
        bare.tell(state={"running": False, "sentence": "3 files: 3 ingested"})
        expect(bare.page.locator("p").filter(has_text="run this cell again")).to_have_count(0)


def test_without_a_kernel_the_panel_says_so_and_offers_nothing(mount: Callable[..., BarePage]) -> None:
    bare = mount(traits={"kernel": None})
    expect(bare.page.get_by_role("alert").filter(has_text="There is no kernel")).to_be_visible()
    for name in ("Start", "Stop", "Upload PDFs"):
        expect(bare.page.get_by_role("button", name=name, exact=True)).to_be_disabled()


def test_what_a_text_box_needs_stays_in_it(panel: BarePage) -> None:
    """Shift+Enter would run the cell again, and with it replace the panel under the typing hands."""
    panel.page.evaluate("window.leaked = []; document.addEventListener('keydown', (e) => leaked.push(e.key))")
    for name in ("searchbox", "textbox"):
        box = panel.page.get_by_role(name)
        for key in ("Shift+Enter", "Control+Enter", "Control+a", "Control+z", "Escape", "Enter", "1", "Delete"):
            box.press(key)
    assert set(panel.page.evaluate("leaked")) <= {"Shift", "Control"}
    panel.page.get_by_role("searchbox").press("Control+s")
    assert "s" in panel.page.evaluate("leaked")


def test_a_run_that_is_over_at_once_has_answered_start(panel: BarePage) -> None:
    """The page may never see it running; nobody is waited for then."""
    with panel.own_clock() as wait:
        panel.page.get_by_role("textbox", name="Source").fill("empty")
        panel.page.get_by_role("button", name="Start", exact=True).click()
        panel.sent("start")
        panel.tell(state={"running": False, "sentence": "0 files: no PDF files in empty"})
        wait(5000)
        expect(panel.page.locator("p").filter(has_text="interrupt the kernel")).to_have_count(0)


def test_a_search_without_hits_finds_what_comes_in_later_in_the_run(panel: BarePage) -> None:
    """However often the run tells of itself meanwhile."""
    search(panel, "entropy", [])
    with panel.own_clock() as wait:
        for finished in range(1, 12):
            panel.tell(state={"running": True, "total": 99, "finished": finished, "sentence": "some of 99 files"})
            wait(150)
        assert [ask["query"] for ask in panel.sent("search", 2)] == ["entropy", "entropy"]


def test_an_empty_searchbox_says_what_it_is_for_once_there_is_something(panel: BarePage) -> None:
    hint = panel.page.get_by_text("Type to search what is in")
    expect(hint).to_have_count(0)
    panel.tell_rows(3, "ingested")
    expect(hint).to_be_visible()
    search(panel)
    expect(hint).to_have_count(0)


@pytest.mark.parametrize(("running", "kept"), [(True, 1), (False, 0)])
def test_without_a_kernel_no_time_is_left_and_only_a_run_has_kept_its_files(
    mount: Callable[..., BarePage], running: bool, kept: int
) -> None:
    bare = mount(traits={"kernel": {"status": "idle", "connectionStatus": "connected"}})
    bare.tell(state={"running": running, "finished": 1, "total": 4, "eta": 30, "sentence": "1 of 4 files"})
    bare.page.evaluate("(fake.widget_manager.kernel.status = 'dead', fake.emit('comm_live_update'))")
    expect(bare.page.get_by_role("alert").filter(has_text="The kernel is gone")).to_be_visible()
    expect(bare.page.get_by_text("Finished files are kept.")).to_have_count(kept)
    expect(bare.page.get_by_role("progressbar")).to_have_attribute("aria-valuetext", "1 of 4 files, 25 %")


def test_without_a_kernel_no_file_looks_as_if_it_were_being_read(mount: Callable[..., BarePage]) -> None:
    bare = mount(traits={"kernel": {"status": "idle", "connectionStatus": "connected"}})
    bare.tell(state={"running": True, "finished": 0, "total": 1})
    bare.tell_rows(1, "reading")
    turning = bare.page.locator(".ingw-row .ingw-icon-reading")
    turns = "node => getComputedStyle(node).animationName"
    assert turning.evaluate(turns) == "ingw-turn"
    bare.page.evaluate("(fake.widget_manager.kernel.status = 'dead', fake.emit('comm_live_update'))")
    expect(bare.page.get_by_role("alert").filter(has_text="The kernel is gone")).to_be_visible()
    assert turning.evaluate(turns) == "none"
