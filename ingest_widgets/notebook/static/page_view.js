// One page as an image, the matches as coloured boxes over it, and the way to the next hit and the next page.

import { element, grouped, setAttribute, setText } from "./elements.js";

/** Why nothing is marked on the page of a hit, by the words of corpus/page_images.py. */
const UNMARKED = {
  "no words": ": the query has no words to mark",
  elsewhere: ": found by the title of its file",
  "no places": ": where it stands can't be told",
  "out of sight": ": it stands beside what is shown of the page",
};

export class PageView {
  /**
   * @param store the PanelStore
   * @param onClose called when the page was closed, to take the focus
   */
  constructor(store, onClose) {
    this.store = store;
    this.onClose = onClose;
    const button = (label, click) => element("button", { type: "button", class: "ingw-button", on: { click } }, label);
    this.title = element("span", { class: "ingw-page-title" });
    this.previousHit = button("Previous hit", () => this.step(-1));
    this.nextHit = button("Next hit", () => this.step(1));
    this.previousPage = button("Previous page", () => this.turn(-1));
    this.nextPage = button("Next page", () => this.turn(1));
    this.closing = button("Close page", () => this.close());
    this.note = element("p", { class: "ingw-summary", "aria-live": "polite" });
    this.image = element("img", { class: "ingw-image", hidden: true });
    this.sheet = element("div", { class: "ingw-sheet", hidden: true }, this.image);
    this.bar = element(
      "div",
      { class: "ingw-page-bar" },
      this.title,
      this.closing,
      this.previousHit,
      this.nextHit,
      this.previousPage,
      this.nextPage,
      this.note,
    );
    this.node = element(
      "div",
      { class: "ingw-page", hidden: true, on: { keydown: (event) => this.press(event) } },
      this.bar,
      this.sheet,
    );
    this.drawn = null;
  }

  refresh() {
    const page = this.store.page;
    this.node.hidden = !page;
    this.node.closest(".ingw-columns")?.classList.toggle("ingw-reading", Boolean(page));
    if (!page) {
      this.drawn = null;
      this.sheet.hidden = true;
      this.image.removeAttribute("src");
      return;
    }
    this.drawBar(page);
    this.sheet.classList.toggle("ingw-loading", page.loading);
    if (!page.loading && this.drawn !== page) this.drawSheet(page);
  }

  drawBar(page) {
    const place = `, page ${page.number}${page.pages ? ` of ${page.pages}` : ""}`;
    // A name can turn the direction of what stands behind it; its own is that of the list of files.
    if (this.title.textContent !== page.file + place)
      this.title.replaceChildren(element("bdi", { dir: "ltr" }, page.file), element("span", {}, place));
    setAttribute(this.title, "title", page.file);
    const { total } = this.store.search;
    const among = [this.previousHit, this.nextHit];
    // A button that vanishes would lose the focus to the notebook.
    if (page.hit === null && among.includes(document.activeElement)) this.closing.focus();
    for (const button of among) button.hidden = page.hit === null;
    this.enable(this.previousHit, page.hit > 0);
    this.enable(this.nextHit, page.hit !== null && page.hit + 1 < total);
    this.enable(this.previousPage, page.number > 1);
    this.enable(this.nextPage, !page.pages || page.number < page.pages);
    setText(this.note, page.error || this.sentence(page));
  }

  /** A button that is disabled natively would lose the focus to the notebook, where a key deletes cells. */
  enable(button, enabled) {
    setAttribute(button, "aria-disabled", enabled ? null : "true");
  }

  sentence(page) {
    if (page.loading) return "Loading the page…";
    const hit = this.store.openedHit;
    const place = hit === null ? [] : [`hit ${grouped(hit + 1)} of ${grouped(this.store.search.total)}`];
    const why = (hit !== null && UNMARKED[page.unmarked]) || "";
    const marks = page.query ? [`${page.boxes.length} marked${why}`] : [];
    return [...place, ...marks].join(", ");
  }

  /** Boxes are in points from the page's top left, so they hold at any width of the image. */
  drawSheet(page) {
    this.drawn = page;
    this.image.alt = `Page ${page.number} of ${page.file}`;
    this.sheet.hidden = this.image.hidden = !page.url;
    if (page.url) this.image.src = page.url;
    const share = (part, whole) => `${(100 * part) / whole}%`;
    const marks = page.boxes.map(([left, top, right, bottom]) => {
      const mark = element("span", { class: "ingw-mark", "aria-hidden": "true" });
      mark.style.left = share(left, page.width);
      mark.style.top = share(top, page.height);
      mark.style.width = share(right - left, page.width);
      mark.style.height = share(bottom - top, page.height);
      return mark;
    });
    this.sheet.replaceChildren(this.image, ...marks);
  }

  step(by) {
    const { hit } = this.store.page;
    if (hit !== null && hit + by >= 0) this.store.openHit(hit + by);
  }

  turn(by) {
    const { file, number, pages, query } = this.store.page;
    const wanted = number + by;
    if (wanted < 1 || (pages && wanted > pages)) return;
    const at = this.store.search.hits.findIndex((hit) => hit.file === file && hit.page === wanted);
    this.store.openPage(file, wanted, query, at < 0 ? this.store.page.hit : at);
  }

  close() {
    this.store.closePage();
    this.onClose();
  }

  press(event) {
    if (event.key !== "Escape") return;
    this.close();
    event.preventDefault();
    event.stopPropagation();
  }
}
