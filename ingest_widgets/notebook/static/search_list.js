// The searchbox 'Search' and the list 'Results': hits as one types, their matches marked.

import { counted, element, markedText, setAttribute, setText, shortened } from "./elements.js";

export class SearchList {
  constructor(store) {
    this.store = store;
    this.drawn = [];
    this.focused = 0;
    this.input = element("input", {
      type: "search",
      class: "ingw-input",
      "aria-label": "Search",
      autocomplete: "off",
      spellcheck: "false",
      placeholder: 'Search: words, "a phrase", -not, begin*',
      on: { input: () => this.store.type(this.input.value), keydown: (event) => this.press(event) },
    });
    this.summary = element("p", { class: "ingw-summary", "aria-live": "polite" });
    this.list = element("ul", {
      role: "list",
      "aria-label": "Results",
      on: { keydown: (event) => this.pressInList(event) },
    });
    this.more = element(
      "button",
      { type: "button", class: "ingw-button ingw-more", hidden: true, on: { click: () => this.store.searchMore() } },
      "Show more",
    );
    this.box = element("div", { class: "ingw-results", hidden: true }, this.list, this.more);
    this.node = element("div", { class: "ingw-search" }, this.input, this.summary, this.box);
  }

  refresh() {
    const { query, hits, total } = this.store.search;
    if (this.input.value !== query) this.input.value = query;
    setText(this.summary, this.sentence());
    const next = Math.min(this.drawn.length, hits.length - 1);
    this.draw(hits);
    // A button that vanishes would lose the focus to the notebook.
    if (hits.length >= total && this.more === document.activeElement) this.move(next);
    this.more.hidden = hits.length >= total;
    this.box.hidden = !hits.length;
  }

  sentence() {
    const { query, total, seconds, done, error, hint } = this.store.search;
    const asked = shortened(query.trim());
    if (error) return error;
    if (!asked) return this.store.files.total ? "Type to search what is in; Enter opens the first page found." : "";
    if (!done && !total) return "Searching…";
    if (!total) return [`No page matches ${asked}`, hint].filter(Boolean).join(": ");
    const found = `${counted(total, "page")} in ${Math.max(1, Math.round((seconds ?? 0) * 1000))} ms`;
    return [found, hint].filter(Boolean).join(": ");
  }

  /** Nodes of hits that stay are kept, and with them the focus. */
  draw(hits) {
    const key = (hit) => JSON.stringify([hit.file, hit.page, hit.snippet, hit.spans]);
    const old = new Map(this.drawn.map((node) => [node.key, node]));
    const within = this.list.contains(document.activeElement);
    const chosen = within ? document.activeElement : this.drawn[this.focused];
    this.drawn = hits.map((hit, at) => {
      const node = old.get(key(hit)) ?? this.build(hit, key(hit));
      node.at = at;
      return node;
    });
    if (!this.drawn.some((node) => old.has(node.key))) this.box.scrollTop = 0;
    this.arrange();
    const at = within || this.drawn.includes(chosen) ? chosen.at : 0;
    this.rove(Math.min(at, Math.max(0, hits.length - 1)));
    // A hit that moves or vanishes would lose the focus to the notebook.
    if (within && !this.list.contains(document.activeElement)) this.focus({ preventScroll: true });
    this.mark();
  }

  /** What stays in its place isn't taken out: a list that is being read would jump to its top. */
  arrange() {
    for (const node of [...this.list.children]) if (!this.drawn.includes(node)) node.remove();
    this.drawn.forEach((node, at) => {
      const there = this.list.children[at] ?? null;
      if (there !== node) this.list.insertBefore(node, there);
    });
  }

  build(hit, key) {
    const open = () => {
      this.rove(node.at);
      this.store.openHit(node.at);
    };
    const node = element(
      "li",
      { role: "listitem", class: "ingw-hit", tabindex: -1, on: { click: open } },
      element(
        "span",
        { class: "ingw-hit-place" },
        element("span", { class: "ingw-hit-file", title: hit.file }, hit.file),
        ` page ${hit.page}`,
      ),
      element("span", { class: "ingw-hit-text" }, ...markedText(hit.snippet, hit.spans)),
    );
    node.key = key;
    return node;
  }

  /** One hit is in the tab order, the arrow keys lead to the others. */
  rove(at) {
    this.focused = at;
    this.drawn.forEach((node, index) => setAttribute(node, "tabindex", index === at ? 0 : -1));
  }

  /** Shows which hit's page is open. */
  mark() {
    const open = this.store.openedHit;
    this.drawn.forEach((node, at) => setAttribute(node, "aria-current", at === open ? "true" : null));
    if (open !== this.marked && this.drawn[open]) this.reveal(this.drawn[open]);
    this.marked = open;
  }

  /** Within the list only: scrollIntoView would move the notebook too. */
  reveal(node) {
    const box = this.box.getBoundingClientRect();
    const hit = node.getBoundingClientRect();
    if (hit.bottom > box.bottom) this.box.scrollTop += hit.bottom - box.bottom;
    if (hit.top < box.top) this.box.scrollTop -= box.top - hit.top;
  }

  press(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Escape") this.clear();
    else if (event.key === "Enter") this.store.openFirst();
    else if (event.key === "ArrowDown" && this.drawn.length) this.move(0);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  clear() {
    this.input.value = "";
    this.store.type("");
    this.input.focus();
  }

  move(at) {
    if (!this.drawn[at]) return;
    this.rove(at);
    this.drawn[at].focus();
  }

  /** Back to the hit that was read last, or to the box. */
  focus(how) {
    (this.drawn[this.focused] ?? this.input).focus(how);
  }

  pressInList(event) {
    const at = event.target.at;
    if (at === undefined || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (event.key === "Enter" || event.key === " ") this.store.openHit(at);
    else if (event.key === "ArrowDown") this.move(at + 1);
    else if (event.key === "ArrowUp") at ? this.move(at - 1) : this.input.focus();
    else if (event.key === "Home") this.move(0);
    else if (event.key === "End") this.move(this.drawn.length - 1);
    else if (event.key === "Escape") this.clear();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
