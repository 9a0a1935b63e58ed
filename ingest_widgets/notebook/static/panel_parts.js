// What the panel, the job's view and the corpus view are put together from.

import { counted, element, grouped, lasting, setAttribute, setText, sized } from "./elements.js";
import { words } from "./file_grid.js";

/** The bar 'Progress' and the counts; these are read out when a run has ended, not at every file. */
export class ProgressLine {
  constructor(store) {
    this.store = store;
    this.fill = element("div", { class: "ingw-bar-fill" });
    this.bar = element(
      "div",
      { role: "progressbar", class: "ingw-bar", "aria-label": "Progress", "aria-valuemin": 0 },
      this.fill,
    );
    this.status = element("p", { role: "status", class: "ingw-status" });
    this.left = element("span", { class: "ingw-left", "aria-hidden": "true" });
    this.node = element(
      "div",
      { class: "ingw-progress" },
      this.bar,
      element("div", { class: "ingw-progress-text" }, this.status, this.left),
    );
  }

  refresh() {
    const { running, total, finished, failed, sentence, outcome } = this.store.state;
    const percent = total ? Math.floor((100 * finished) / total) : 0;
    setAttribute(this.bar, "aria-valuemax", total);
    setAttribute(this.bar, "aria-valuenow", finished);
    const counts = `${grouped(finished)} of ${counted(total, "file")}`;
    setAttribute(this.bar, "aria-valuetext", [`${counts}, ${percent} %`, this.timeLeft()].filter(Boolean).join(", "));
    this.fill.style.width = `${total ? (100 * finished) / total : 0}%`;
    this.fill.style.setProperty("--ingw-failed", `${finished ? (100 * (failed ?? 0)) / finished : 0}%`);
    const underWay = this.store.lost ? "lost" : "running";
    this.node.dataset.outcome = running ? underWay : (outcome ?? "idle");
    setText(this.left, [total ? `${percent} %` : "", this.timeLeft()].filter(Boolean).join(", "));
    setAttribute(this.status, "aria-live", running ? "off" : null);
    setText(this.status, sentence);
  }

  timeLeft() {
    const { running, stopping, eta } = this.store.state;
    if (this.store.lost) return "";
    if (running && stopping) return "stopping…";
    return running && eta !== null && eta !== undefined ? `${lasting(eta)} left` : "";
  }
}

/** What went wrong in a handler, a worker or the kernel: a sentence, and the details to unfold. */
export class Notices {
  /**
   * @param store the PanelStore
   * @param onDismiss called when the problems have gone, to take the focus
   */
  constructor(store, onDismiss) {
    this.store = store;
    this.onDismiss = onDismiss;
    this.life = element("p", { role: "alert", class: "ingw-notice ingw-notice-life", hidden: true });
    this.note = element("p", { class: "ingw-notice", "aria-live": "polite", hidden: true });
    this.wait = element("p", { class: "ingw-notice", "aria-live": "polite", hidden: true });
    this.problems = element("div", { role: "alert", class: "ingw-problems" });
    this.node = element("div", { class: "ingw-notices" }, this.life, this.wait, this.note, this.problems);
    this.drawn = null;
  }

  dismiss() {
    this.store.dismissProblems();
    this.onDismiss();
  }

  refresh() {
    const { lost, waiting, problems, note, state } = this.store;
    // What never heard from a kernel isn't alive: then the saved HTML beside it is to be seen.
    this.node.closest(".ingw")?.classList.toggle("ingw-live", this.store.heard || !(lost || waiting));
    setText(this.life, lost);
    this.life.hidden = !lost;
    setText(this.wait, waiting ? this.store.line.waiting : (state.hint ?? ""));
    this.wait.hidden = !this.wait.textContent;
    setText(this.note, note);
    this.note.hidden = !note;
    if (problems === this.drawn) return;
    this.drawn = problems;
    this.problems.replaceChildren(...problems.map((problem) => this.draw(problem)));
    if (problems.length)
      this.problems.append(
        element("button", { type: "button", class: "ingw-button", on: { click: () => this.dismiss() } }, "Dismiss"),
      );
  }

  draw({ sentence, details }) {
    const unfold = details
      ? [element("details", {}, element("summary", {}, "Details"), element("pre", { tabindex: 0 }, details))]
      : [];
    return element("div", { class: "ingw-notice ingw-notice-problem" }, element("p", {}, sentence), ...unfold);
  }
}

/** All that is known of one file. */
export class FileDetail {
  constructor(store) {
    this.store = store;
    this.index = null;
    this.node = element("div", {
      role: "region",
      class: "ingw-detail",
      "aria-label": "File",
      "aria-live": "polite",
      hidden: true,
    });
  }

  open(row) {
    this.index = row.index;
    this.epoch = this.store.files.epoch;
    this.refresh();
  }

  refresh() {
    const row = this.epoch === this.store.files.epoch && this.store.files.rows[this.index];
    this.node.hidden = !row;
    if (!row || this.drawn === row) return;
    this.drawn = row;
    const pages = row.pages ? counted(row.pages, "page") : "";
    const facts = [row.reason && row.reason !== row.status ? `${row.status} (${words(row.reason)})` : row.status, pages, sized(row.bytes)];
    this.node.replaceChildren(
      element("strong", { class: "ingw-detail-name" }, row.name),
      element("span", {}, facts.filter(Boolean).join(", ")),
      ...(row.detail ? [element("p", { class: "ingw-detail-text" }, row.detail)] : []),
    );
  }
}

/** Puts the text on the clipboard, also where the page isn't allowed the newer way (plain http). */
export async function copyText(text, near) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = element("textarea", { class: "ingw-unseen", "aria-hidden": "true" }, text);
    const focused = document.activeElement;
    near.append(area);
    area.select();
    const copied = document.execCommand("copy");
    area.remove();
    focused?.focus({ preventScroll: true });
    return copied;
  }
}

// What belongs to a text box with Ctrl or Cmd: copying, undoing, and Enter, which in a notebook would run the cell and
// with it replace the panel under the typing hands.
const EDITING = new Set(["a", "c", "v", "x", "y", "z", "enter"]);

/**
 * Keys that nobody here wants go no further: in a notebook `d d` deletes cells. Shortcuts with Ctrl, Alt or Meta pass,
 * and outside of text boxes Shift+Enter.
 */
export function keepKeys(node) {
  const passes = ({ target, key, shiftKey, ctrlKey, metaKey, altKey }) => {
    const typing = target.matches("input:not([type=file])");
    const modified = ctrlKey || metaKey || altKey;
    if (typing) return modified && !EDITING.has(key.toLowerCase());
    return modified || (shiftKey && key === "Enter");
  };
  const stop = (event) => {
    if (!passes(event)) event.stopPropagation();
  };
  for (const type of ["keydown", "keypress", "keyup"]) node.addEventListener(type, stop);
}
