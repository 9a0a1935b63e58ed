// IngestPanel, and the live view of an IngestJob (the same without the ways to choose a source).

import { counted, element, setAttribute, setText, sized } from "./elements.js";
import { FileGrid } from "./file_grid.js";
import { FileDetail, Notices, ProgressLine, copyText, keepKeys } from "./panel_parts.js";
import { PageView } from "./page_view.js";
import { PanelStore } from "./panel_store.js";
import { pythonCode } from "./python_code.js";
import { SearchList } from "./search_list.js";
import { SourceBox } from "./source_box.js";
import { droppedFiles } from "./uploads.js";

const UNDER_WAY = "A run is under way: stop it, or wait for its end, and start again.";

class PanelView {
  constructor(store, el, choosing) {
    this.store = store;
    this.choosing = choosing;
    this.buildParts();
    this.node = element(
      "section",
      { class: "ingw ingw-live", "aria-label": choosing ? "Ingest PDFs" : "Ingest job" },
      this.toolbar,
      this.code,
      this.notices.node,
      this.progress.node,
      this.uploads.node,
      this.buildColumns(),
    );
    keepKeys(this.node);
    if (choosing) new DropZone(this.node, store);
    el.append(this.node);
    this.leave = store.subscribe((topic) => this.refresh(topic));
    this.refresh("all");
  }

  buildParts() {
    const { store } = this;
    const button = (label, click, more = "") =>
      element("button", { type: "button", class: `ingw-button ${more}`, on: { click } }, label);
    this.source = new SourceBox(store, () => this.start());
    this.startButton = button("Start", () => this.start(), "ingw-primary");
    this.stopButton = button("Stop", () => store.stop());
    this.copyButton = button("Copy code", () => this.copy());
    this.chooser = element("input", {
      type: "file",
      accept: ".pdf,application/pdf",
      multiple: true,
      hidden: true,
      "aria-label": "PDF files",
      on: { change: () => this.choose() },
    });
    this.uploadButton = button("Upload PDFs", () => this.chooser.click());
    const offered = this.choosing
      ? [this.source.node, this.startButton, this.stopButton, this.uploadButton, this.copyButton, this.chooser]
      : [element("span", { class: "ingw-source ingw-job" }), this.stopButton];
    this.toolbar = element("div", { class: "ingw-toolbar" }, ...offered);
    this.code = element("div", { class: "ingw-code", "aria-live": "polite", hidden: true });
    this.notices = new Notices(store, () => this.search.input.focus());
    this.progress = new ProgressLine(store);
    this.uploads = new UploadList(store, () => this.uploadButton.focus());
    this.search = new SearchList(store);
    this.page = new PageView(store, () => this.search.focus());
    this.detail = new FileDetail(store);
    this.grid = new FileGrid({
      files: store.files,
      onOpen: (row) => this.open(row),
      emptyText: this.choosing
        ? "No files yet: name a folder and press Start, or drop PDFs here."
        : "Listing the files…",
    });
  }

  buildColumns() {
    return element(
      "div",
      { class: "ingw-columns" },
      element("div", { class: "ingw-column" }, this.grid.node, this.detail.node),
      element("div", { class: "ingw-column" }, this.search.node, this.page.node),
    );
  }

  refresh(topic) {
    const parts = {
      state: [this, this.progress, this.source, this.notices],
      files: [this.grid, this.detail, this.search],
      search: [this.search, this.page],
      page: [this.page, this.search],
      uploads: [this.uploads, this],
      problems: [this.notices],
      life: [this, this.notices, this.progress],
      source: [this.source, this],
    };
    if (topic === "completions") this.source.offer(this.store.completions);
    const concerned = topic === "all" ? new Set(Object.values(parts).flat()) : (parts[topic] ?? []);
    for (const part of concerned) part === this ? this.refreshButtons() : part.refresh();
  }

  refreshButtons() {
    const { state, lost } = this.store;
    const dead = Boolean(lost);
    const focused = document.activeElement;
    this.startButton.disabled = dead || state.running;
    this.stopButton.disabled = dead || !state.running || Boolean(state.stopping);
    this.uploadButton.disabled = dead;
    this.copyButton.disabled = !state.corpus; // which the kernel hasn't told yet
    if (!state.running && this.store.note === UNDER_WAY) this.store.say("");
    setAttribute(this.node, "data-lost", dead);
    if (focused === this.startButton && this.startButton.disabled && !dead) this.stopButton.focus();
    if (focused === this.stopButton && this.stopButton.disabled) this.grid.grid.focus({ preventScroll: true });
    if (!this.choosing) setText(this.toolbar.firstChild, state.source);
  }

  start() {
    if (!this.startButton.disabled) this.store.start();
    else if (this.store.state.running) this.store.say(UNDER_WAY);
  }

  choose() {
    this.store.upload({ files: [...this.chooser.files].map((file) => ({ file, name: file.name })) });
    this.chooser.value = "";
  }

  open(row) {
    this.detail.open(row);
    if (row.pages) this.store.openPage(row.name, 1);
  }

  async copy() {
    const text = pythonCode(this.store.state.source, this.store.state.corpus);
    const copied = await copyText(text, this.node);
    this.code.replaceChildren(
      element(
        "p",
        { class: "ingw-summary" },
        copied ? "Copied: this cell does the same." : "Copy it from here: this cell does the same.",
      ),
      element("pre", { tabindex: copied ? null : 0 }, text),
    );
    this.code.hidden = false;
    clearTimeout(this.codeShown);
    if (copied)
      this.codeShown = setTimeout(() => {
        this.code.hidden = true;
      }, 8000);
  }

  remove() {
    this.leave();
    clearTimeout(this.codeShown);
    for (const part of [this.grid, this.source]) part.remove();
    this.node.remove();
  }
}

/** The uploads on their way, each with its own Cancel; only a few are drawn. */
class UploadList {
  constructor(store, onCancel) {
    this.store = store;
    this.onCancel = onCancel;
    this.node = element("ul", { class: "ingw-uploads", "aria-label": "Uploads", hidden: true });
    this.rest = element("li", {});
    this.lines = new Map();
  }

  refresh() {
    const { list } = this.store.uploads;
    const shown = list.slice(0, 4);
    const lines = new Map(shown.map((upload) => [upload.id, this.lines.get(upload.id) ?? this.build(upload)]));
    for (const [id, line] of this.lines) if (!lines.has(id)) line.remove();
    for (const [id, line] of lines) if (!this.lines.has(id)) this.node.append(line);
    this.lines = lines;
    for (const upload of shown) {
      const line = lines.get(upload.id);
      setText(line.amount, `${sized(upload.received)} of ${sized(upload.size)}`);
      line.meter.value = upload.received;
    }
    setText(this.rest, `and ${counted(list.length - shown.length, "more file")}`);
    if (list.length > shown.length) this.node.append(this.rest);
    else this.rest.remove();
    this.node.hidden = !list.length;
  }

  cancel(id) {
    this.store.uploads.cancel(id);
    this.onCancel();
  }

  build({ id, name, size }) {
    const cancel = element(
      "button",
      {
        type: "button",
        class: "ingw-button",
        "aria-label": `Cancel upload of ${name}`,
        on: { click: () => this.cancel(id) },
      },
      "Cancel",
    );
    const amount = element("span", { class: "ingw-upload-amount" });
    const meter = element("progress", { max: Math.max(1, size), "aria-label": `Upload of ${name}` });
    const line = element(
      "li",
      {},
      element("span", { class: "ingw-upload-name", title: name }, name),
      meter,
      amount,
      cancel,
    );
    return Object.assign(line, { amount, meter });
  }
}

/** Files can be dropped anywhere on the panel. */
class DropZone {
  constructor(node, store) {
    this.node = node;
    this.store = store;
    for (const type of ["dragenter", "dragover", "dragleave", "drop"])
      node.addEventListener(type, (event) => this[type]?.(event));
  }

  ours(event) {
    if (this.store.lost || ![...event.dataTransfer.types].includes("Files")) return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  dragenter(event) {
    if (this.ours(event)) this.node.classList.add("ingw-dropping");
  }

  dragover(event) {
    if (this.ours(event)) event.dataTransfer.dropEffect = "copy";
  }

  dragleave(event) {
    if (!this.node.contains(event.relatedTarget)) this.node.classList.remove("ingw-dropping");
  }

  async drop(event) {
    this.node.classList.remove("ingw-dropping");
    if (!this.ours(event)) return;
    this.store.say("Looking through what was dropped…"); // a large folder takes a while
    try {
      this.store.upload(await droppedFiles(event.dataTransfer));
    } catch (error) {
      this.store.say("");
      this.store.takeProblem({ sentence: `What was dropped can't be read: ${error.message}`, details: "" });
    }
  }
}

export default () => {
  let store = null;
  return {
    initialize({ model }) {
      store = new PanelStore(model);
      return () => store.close();
    },
    render({ model, el }) {
      const view = new PanelView(store, el, model.get("_face") !== "job");
      return () => view.remove();
    },
  };
};
