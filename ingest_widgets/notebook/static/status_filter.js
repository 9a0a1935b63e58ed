// The filter above the grid of files.

import { counted, element, grouped, icon, setAttribute, setText } from "./elements.js";
import { STATUSES } from "./file_rows.js";

/** One button a status that occurs, with its count; it stands outside the tab order, the grid's arrow keys lead to it. */
export class StatusFilter {
  constructor(grid) {
    this.grid = grid;
    this.buttons = new Map([[null, this.build(null)], ...STATUSES.map((status) => [status, this.build(status)])]);
    this.node = element(
      "div",
      {
        role: "toolbar",
        class: "ingw-filter",
        "aria-label": "Filter by status",
        on: { keydown: (event) => this.press(event) },
      },
      ...this.buttons.values(),
    );
  }

  build(status) {
    const label = element("span", {}, status ?? "all");
    const count = element("span", { class: "ingw-count" });
    const picture = status ? [icon(status)] : [];
    const choose = () => this.choose(status);
    const button = element(
      "button",
      { type: "button", class: "ingw-chip", tabindex: -1, "data-status": status, on: { click: choose } },
      ...picture,
      label,
      " ",
      count,
    );
    button.count = count;
    return button;
  }

  choose(status) {
    this.grid.filterBy(this.grid.order.status === status ? null : status);
  }

  paint(counts) {
    const total = this.grid.files.total;
    for (const [status, button] of this.buttons) {
      const chosen = this.grid.order.status === status;
      const count = status ? (counts[status] ?? 0) : total;
      setText(button.count, grouped(count));
      setAttribute(button, "aria-pressed", chosen ? "true" : "false");
      setAttribute(
        button,
        "aria-label",
        status ? `${status}: ${counted(count, "file")}` : `all: ${counted(count, "file")}`,
      );
      button.hidden = status !== null && !count && !chosen;
    }
    this.node.hidden = !total;
  }

  visible() {
    return [...this.buttons.values()].filter((button) => !button.hidden);
  }

  focus() {
    (this.buttons.get(this.grid.order.status) ?? this.visible()[0]).focus();
  }

  press(event) {
    const buttons = this.visible();
    const at = buttons.indexOf(event.target);
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) buttons[(at + step + buttons.length) % buttons.length].focus();
    else if (event.key === "ArrowDown" || event.key === "Escape") this.grid.grid.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
