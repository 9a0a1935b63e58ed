// A widget's output of plain HTML (see notebook/saved_output.py) after a reload: JupyterLab has forgotten which display it
// belongs to and drops its updates, so the widget tells us, and we find the output by its class.

// Without a kernel JupyterLab says 'Loading widget...' for ever, or 'model not found', below the HTML that stands for it;
// in a notebook that isn't trusted, the text that stands for the widget.
const HIDE_DEAD = `
.jp-OutputArea-child:has(> .jp-OutputArea-output > div > .ingw-saved)
  + .jp-OutputArea-child:has(> .lm-Panel.jp-OutputArea-output):not(:has(> .jp-OutputArea-output > *)),
.jp-OutputArea-child:has(> .jp-OutputArea-output > div > .ingw-saved)
  + .jp-OutputArea-child:has(> .jp-OutputArea-output[data-mime-type="text/plain"]) {
  display: none;
}`;

/** Listens to our widgets; `tracker` knows the open notebooks, null where there are none. */
export function keepOutputs(tracker) {
  const sheet = document.createElement("style");
  sheet.textContent = HIDE_DEAD;
  document.head.append(sheet);
  window.addEventListener("ingest_widgets:kept", ({ detail }) => {
    if (detail) tracker?.forEach((panel) => replaceIn(panel, detail));
  });
}

function replaceIn(panel, kept) {
  for (const cell of panel.content.model?.cells ?? []) {
    const outputs = cell.outputs;
    for (let at = 0; at < (outputs?.length ?? 0); at += 1) {
      const output = outputs.get(at);
      const html = [output.data["text/html"] ?? ""].flat().join("");
      if (html.includes(kept.class) && html !== kept.data["text/html"])
        outputs.set(at, { ...output.toJSON(), data: kept.data });
    }
  }
}
