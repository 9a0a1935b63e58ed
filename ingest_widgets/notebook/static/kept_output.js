// What a saved notebook keeps of a widget (notebook/saved_output.py), for a page that was reloaded.

/** Tells the kernel a page from the same page after a reload. */
export const PAGE = Math.random().toString(36).slice(2);

/** To our lab extension (labextension/static/kept_outputs.js), where there is one. */
export function passOnKept(kept) {
  window.dispatchEvent(new CustomEvent("ingest_widgets:kept", { detail: kept }));
}
