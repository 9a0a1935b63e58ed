// CorpusView: search a corpus and look at its pages, without ingesting.

import { element, setText } from "./elements.js";
import { FileGrid } from "./file_grid.js";
import { FileDetail, Notices, keepKeys } from "./panel_parts.js";
import { PageView } from "./page_view.js";
import { PanelStore } from "./panel_store.js";
import { SearchList } from "./search_list.js";

class LookingView {
  constructor(store, el) {
    this.store = store;
    this.title = element("p", { role: "status", class: "ingw-status" });
    this.notices = new Notices(store, () => this.search.input.focus());
    this.search = new SearchList(store);
    this.page = new PageView(store, () => this.search.focus());
    this.detail = new FileDetail(store);
    this.grid = new FileGrid({
      files: store.files,
      onOpen: (row) => this.open(row),
      emptyText: "The corpus is empty.",
    });
    this.node = element(
      "section",
      { class: "ingw ingw-live", "aria-label": "Corpus" },
      this.title,
      this.notices.node,
      element(
        "div",
        { class: "ingw-columns ingw-looking" },
        element("div", { class: "ingw-column" }, this.search.node, this.grid.node, this.detail.node),
        element("div", { class: "ingw-column" }, this.page.node),
      ),
    );
    keepKeys(this.node);
    el.append(this.node);
    this.leave = store.subscribe(() => this.refresh());
    this.refresh();
  }

  open(row) {
    this.detail.open(row);
    if (row.pages) this.store.openPage(row.name, 1);
  }

  refresh() {
    setText(this.title, this.store.state.sentence);
    for (const part of [this.notices, this.search, this.page, this.grid, this.detail]) part.refresh();
  }

  remove() {
    this.leave();
    this.grid.remove();
    this.node.remove();
  }
}

export default () => {
  let store = null;
  return {
    initialize({ model }) {
      store = new PanelStore(model);
      return () => store.close();
    },
    render({ el }) {
      const view = new LookingView(store, el);
      return () => view.remove();
    },
  };
};
