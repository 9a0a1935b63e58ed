// The textbox 'Source' with its own list of completions: a datalist would make a combobox of it.

import { element, freshId, setAttribute } from "./elements.js";

const TYPING_PAUSE = 120;

export class SourceBox {
  /**
   * @param store the PanelStore: holds the text, asks the kernel for completions
   * @param onEnter called when Enter means 'start'
   */
  constructor(store, onEnter) {
    this.store = store;
    this.onEnter = onEnter;
    this.chosen = -1;
    this.id = freshId("source");
    this.input = element("input", {
      type: "text",
      class: "ingw-input",
      id: this.id,
      "aria-label": "Source",
      "aria-autocomplete": "list",
      placeholder: "A folder, a file, a pattern such as papers/*.pdf, or a URL",
      spellcheck: "false",
      autocomplete: "off",
      on: {
        input: () => this.typed(),
        keydown: (event) => this.press(event),
        blur: () => this.leave(),
      },
    });
    this.list = element("ul", {
      role: "listbox",
      class: "ingw-completions",
      id: `${this.id}-list`,
      "aria-label": "Folders and files",
      hidden: true,
      tabindex: -1, // or a list that scrolls would be a tab stop
    });
    this.node = element("div", { class: "ingw-source" }, this.input, this.list);
  }

  typed() {
    this.store.setSource(this.input.value);
    clearTimeout(this.pause);
    this.pause = setTimeout(() => this.store.complete(this.input.value), TYPING_PAUSE);
  }

  /** The text has changed elsewhere: in another view, or it came from the kernel. */
  refresh() {
    if (this.input.value !== this.store.state.source) this.input.value = this.store.state.source;
  }

  /** Takes the kernel's answer when it is still about what stands there. */
  offer({ text, options }) {
    if (text !== this.input.value || document.activeElement !== this.input) return;
    this.show(options.filter((option) => option !== text));
  }

  show(options) {
    this.chosen = -1;
    this.options = options;
    this.list.replaceChildren(
      ...options.map((option, at) =>
        element(
          "li",
          {
            role: "option",
            id: `${this.id}-option-${at}`,
            "aria-selected": "false",
            title: option,
            // A mousedown would take the focus from the textbox, and with it the list.
            on: { mousedown: (event) => event.preventDefault(), click: () => this.accept(at) },
          },
          option,
        ),
      ),
    );
    this.list.hidden = !options.length;
    setAttribute(this.input, "aria-controls", options.length ? this.list.id : null);
    setAttribute(this.input, "aria-activedescendant", null);
  }

  choose(at) {
    this.chosen = (at + this.options.length) % this.options.length;
    [...this.list.children].forEach((node, index) => {
      setAttribute(node, "aria-selected", index === this.chosen ? "true" : "false");
      if (index === this.chosen) node.scrollIntoView({ block: "nearest" });
    });
    setAttribute(this.input, "aria-activedescendant", `${this.id}-option-${this.chosen}`);
  }

  /** A folder that was accepted is opened at once. */
  accept(at) {
    this.input.value = this.options[at];
    this.show([]);
    this.typed();
  }

  press(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const open = !this.list.hidden;
    if (event.key === "Enter" && open && this.chosen >= 0) this.accept(this.chosen);
    else if (event.key === "Enter") this.enter();
    else if (event.key === "ArrowDown" && open) this.choose(this.chosen + 1);
    else if (event.key === "ArrowUp" && open) this.choose(this.chosen < 0 ? -1 : this.chosen - 1);
    else if (event.key === "ArrowDown") this.typed();
    else if (event.key === "Escape" && open) this.show([]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  enter() {
    this.leave();
    this.onEnter();
  }

  /** Nobody wants completions any more. */
  leave() {
    clearTimeout(this.pause);
    this.show([]);
  }

  remove() {
    clearTimeout(this.pause);
  }
}
