// The grid 'Files': at most a few dozen rows are in the DOM, however many files there are.
//
// The rows lie in a window that sticks to the scrolled box, so a fast scroll shows rows that are a frame old, never
// a blank. The number of rows that fit is fixed, so nothing depends on a height that is 0 while a tab is hidden.

import { element, freshId, grouped, icon, paintOnce, setAttribute, setText, sized } from "./elements.js";
import { RowOrder } from "./file_rows.js";
import { StatusFilter } from "./status_filter.js";

const ROW_HEIGHT = 28;
const ROWS_SHOWN = 12;
const ROWS_SPARE = 4;
const COLUMNS = [
  ["status", "Status"],
  ["name", "Name"],
  ["pages", "Pages"],
  ["bytes", "Size"],
  ["reason", "What to know"],
];

export function words(reason) {
  return (reason ?? "").replaceAll("_", " ").replace(" pdf", " PDF");
}

/** Where a row of the grid says what is the matter. */
function noteOf(row) {
  const reason = row.reason === row.status ? "" : words(row.reason); // 'cancelled' needn't be said twice
  return [reason, row.detail].filter(Boolean).join(": ");
}

export class FileGrid {
  /**
   * @param files the FileRows to show
   * @param onOpen called with a row that was clicked or entered
   * @param emptyText what stands there while there are no files
   */
  constructor({ files, onOpen, emptyText }) {
    this.files = files;
    this.onOpen = onOpen;
    this.order = new RowOrder();
    this.shown = new Map();
    this.active = null;
    this.heading = null;
    this.scrolled = 0;
    this.id = freshId("files");
    this.build(emptyText);
    this.askPaint = paintOnce(() => this.paint());
    this.watch = new IntersectionObserver((seen) => this.reappear(seen));
    this.watch.observe(this.grid);
  }

  build(emptyText) {
    const help = element(
      "p",
      { class: "ingw-unseen", id: `${this.id}-help` },
      "Enter shows what is known of a file. Arrow up from the first file leads to the headings, which sort, and on to the filter.",
    );
    this.headings = COLUMNS.map(([key, title], at) => this.buildHeading(key, title, at));
    this.head = element(
      "div",
      { role: "row", class: "ingw-row ingw-headings", "aria-rowindex": 1, id: `${this.id}-head` },
      ...this.headings,
    );
    this.window = element("div", { role: "rowgroup", class: "ingw-window" });
    this.spacer = element("div", { class: "ingw-spacer" }, this.window);
    this.grid = element(
      "div",
      {
        role: "grid",
        class: "ingw-grid",
        tabindex: 0,
        "aria-label": "Files",
        "aria-colcount": COLUMNS.length,
        "aria-describedby": `${this.id}-help`,
        on: { scroll: () => this.scroll(), keydown: (event) => this.press(event), focus: () => this.enter() },
      },
      element("div", { role: "rowgroup", class: "ingw-head" }, this.head),
      this.spacer,
    );
    this.empty = element("p", { class: "ingw-empty" }, emptyText);
    this.filter = new StatusFilter(this);
    this.node = element("div", { class: "ingw-files" }, this.filter.node, this.grid, this.empty, help);
  }

  buildHeading(key, title, at) {
    const sort = () => this.sort(at);
    return element(
      "div",
      {
        role: "columnheader",
        class: `ingw-cell ingw-cell-${key}`,
        "aria-colindex": at + 1,
        id: `${this.id}-col-${at}`,
        on: { click: sort },
      },
      element("span", {}, title),
      icon("up"),
      icon("down"),
    );
  }

  /** The files have changed. */
  refresh() {
    if (this.files.epoch !== this.epoch) this.restart();
    const sorted = this.order.column !== null;
    if (!sorted || !this.resort) this.order.arrange(this.files);
    // Sorting thousands of rows at every patch would jerk under the reader's eyes.
    if (sorted && !this.resort) this.resort = setTimeout(() => this.rearrange(), 500);
    this.askPaint();
  }

  /** Another run's files: the place and the row chosen were among those before. */
  restart() {
    this.epoch = this.files.epoch;
    this.active = this.heading = null;
    this.scrolled = this.grid.scrollTop = 0;
  }

  rearrange() {
    this.resort = 0;
    this.order.arrange(this.files);
    this.askPaint();
  }

  sort(at) {
    this.order.toggle(COLUMNS[at][0]);
    this.rearrange();
  }

  filterBy(status) {
    this.order.status = status;
    this.grid.scrollTop = 0;
    this.rearrange();
  }

  scroll() {
    if (this.grid.clientHeight) this.scrolled = this.grid.scrollTop;
    this.paint();
  }

  /** A hidden tab loses its scroll position and paints nothing. */
  reappear(seen) {
    if (!seen.some((entry) => entry.isIntersecting)) return;
    if (this.grid.scrollTop !== this.scrolled) this.grid.scrollTop = this.scrolled;
    this.paint();
  }

  paint() {
    const length = this.order.length(this.files);
    setAttribute(this.grid, "aria-rowcount", length + 1);
    this.spacer.style.height = `${length * ROW_HEIGHT}px`;
    this.window.style.height = `${Math.min(length, ROWS_SHOWN) * ROW_HEIGHT}px`;
    this.empty.hidden = this.files.total > 0;
    this.grid.classList.toggle("ingw-noteless", !this.files.noted);
    this.scrolled = Math.min(this.scrolled, Math.max(0, (length - ROWS_SHOWN) * ROW_HEIGHT));
    const first = Math.max(0, Math.floor(this.scrolled / ROW_HEIGHT) - ROWS_SPARE);
    const last = Math.min(length, Math.ceil(this.scrolled / ROW_HEIGHT) + ROWS_SHOWN + ROWS_SPARE);
    this.paintRows(first, last);
    this.paintHeadings();
    this.filter.paint(this.files.counts());
  }

  paintRows(first, last) {
    const wanted = new Map();
    for (let position = first; position < last; position += 1) {
      const row = this.order.at(this.files, position);
      wanted.set(row ? row.index : `gap-${position}`, [position, row]);
    }
    const spare = [];
    for (const [key, node] of this.shown) {
      if (!wanted.has(key)) {
        spare.push(node);
        this.shown.delete(key);
      }
    }
    for (const [key, [position, row]] of wanted) {
      const node = this.shown.get(key) ?? spare.pop() ?? this.buildRow();
      this.shown.set(key, node);
      this.paintRow(node, position, row);
    }
    for (const node of spare) node.remove();
    this.arrangeRows([...wanted.keys()]);
    this.paintActive();
  }

  /** In the DOM as on the screen: screen readers and copied text go by the DOM. */
  arrangeRows(keys) {
    let next = null;
    for (const key of keys.reverse()) {
      const node = this.shown.get(key);
      if (!node.parentNode || node.nextSibling !== next) this.window.insertBefore(node, next);
      next = node;
    }
  }

  buildRow() {
    const cells = COLUMNS.map(([key], at) =>
      element("div", { role: "gridcell", class: `ingw-cell ingw-cell-${key}`, "aria-colindex": at + 1 }),
    );
    const node = element("div", { role: "row", class: "ingw-row", on: { click: () => this.open(node.row) } }, ...cells);
    return node;
  }

  paintRow(node, position, row) {
    node.row = row;
    node.id = `${this.id}-row-${row ? row.index : `gap-${position}`}`;
    setAttribute(node, "aria-rowindex", position + 2);
    node.style.transform = `translateY(${position * ROW_HEIGHT - this.scrolled}px)`;
    const [status, name, pages, size, note] = node.children;
    const word = row ? row.status : "";
    if (node.dataset.status !== word) {
      node.dataset.status = word;
      status.replaceChildren(...(row ? [icon(word), element("span", {}, word)] : []));
    }
    setText(name, row ? row.name : "…");
    setText(pages, row?.pages ? grouped(row.pages) : "");
    setText(size, row ? sized(row.bytes) : "");
    setText(note, row ? noteOf(row) : "");
    setAttribute(name, "title", row?.name);
    setAttribute(note, "title", note.textContent || null);
    node.classList.toggle("ingw-noted", Boolean(note.textContent));
  }

  paintHeadings() {
    this.headings.forEach((node, at) => {
      const sorted = COLUMNS[at][0] === this.order.column;
      setAttribute(node, "aria-sort", sorted ? (this.order.descending ? "descending" : "ascending") : "none");
      node.classList.toggle("ingw-active", this.heading === at);
    });
  }

  /** `aria-activedescendant` names an element only while it is in the DOM. */
  paintActive() {
    for (const [key, node] of this.shown) {
      const active = this.heading === null && key === this.active;
      setAttribute(node, "aria-selected", String(active));
      node.classList.toggle("ingw-active", active);
    }
    const row = this.shown.get(this.active);
    const named = this.heading !== null ? this.headings[this.heading] : row;
    setAttribute(this.grid, "aria-activedescendant", named ? named.id : null);
  }

  /** By keyboard only: a click chooses its own row, and the focus that comes back from Stop chooses none. */
  enter() {
    if (this.position() < 0 && this.grid.matches(":focus-visible")) this.moveTo(Math.ceil(this.scrolled / ROW_HEIGHT), false);
  }

  position() {
    return this.active === null ? -1 : this.order.positionOf(this.active);
  }

  open(row) {
    if (!row) return;
    this.heading = null;
    this.active = row.index;
    this.grid.focus({ preventScroll: true });
    this.paint();
    this.onOpen(row);
  }

  moveTo(position, reveal = true) {
    const length = this.order.length(this.files);
    const at = Math.min(Math.max(position, 0), length - 1);
    const row = this.order.at(this.files, at);
    if (!row) return;
    this.heading = null;
    this.active = row.index;
    if (reveal) this.reveal(at);
    this.paint();
  }

  reveal(position) {
    const top = position * ROW_HEIGHT;
    const wanted = Math.max(Math.min(this.scrolled, top), top - (ROWS_SHOWN - 1) * ROW_HEIGHT);
    if (wanted === this.scrolled) return;
    this.scrolled = wanted;
    this.grid.scrollTop = wanted;
  }

  press(event) {
    if (event.altKey || event.metaKey || event.shiftKey) return;
    const handled = this.heading === null ? this.pressInRows(event) : this.pressInHeadings(event);
    if (!handled) return;
    event.preventDefault();
    event.stopPropagation();
  }

  pressInRows(event) {
    const at = this.position();
    const moves = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + ROWS_SHOWN - 1,
      PageUp: at - ROWS_SHOWN + 1,
      Home: 0,
      End: this.order.length(this.files) - 1,
    };
    if (event.key === "ArrowUp" && at <= 0) this.moveToHeading(0);
    else if (event.key in moves && (!event.ctrlKey || event.key === "Home" || event.key === "End"))
      this.moveTo(moves[event.key]);
    else if (!event.ctrlKey && (event.key === "Enter" || event.key === " ")) this.open(this.order.at(this.files, at));
    else return false;
    return true;
  }

  moveToHeading(at) {
    this.heading = at;
    this.reveal(0);
    this.paint();
  }

  /** To the next of those that a narrow list shows: the focus on another would be out of sight. */
  stepHeading(by) {
    let at = this.heading + by;
    while (this.headings[at] && !this.headings[at].offsetWidth) at += by;
    if (this.headings[at]) this.moveToHeading(at);
  }

  pressInHeadings(event) {
    if (event.key === "ArrowLeft" || event.key === "ArrowRight")
      this.stepHeading(event.key === "ArrowLeft" ? -1 : 1);
    else if (event.key === "Enter" || event.key === " ") this.sort(this.heading);
    else if (event.key === "ArrowUp") this.filter.focus();
    else if (["ArrowDown", "Home", "Escape"].includes(event.key)) this.moveTo(0);
    else if (event.key === "End") this.moveTo(this.order.length(this.files) - 1);
    else return false;
    return true;
  }

  remove() {
    this.watch.disconnect();
    this.askPaint.cancel();
    clearTimeout(this.resort);
  }
}
