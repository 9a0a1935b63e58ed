// A widget's model without a kernel: what is sent is kept, what the kernel would say is said by the test.
window.FakeModel = class {
  constructor(traits) {
    this.traits = traits;
    // As ipywidgets' manager tells it: `kernel: null` is a notebook whose kernel never started.
    if ("kernel" in traits) this.widget_manager = { kernel: traits.kernel };
    this.sent = [];
    this.listeners = new Map();
    this.seq = 0;
  }

  get(name) {
    return this.traits[name];
  }

  on(name, listener) {
    this.listeners.set(name, [...(this.listeners.get(name) ?? []), listener]);
  }

  off(name, listener) {
    this.listeners.set(
      name,
      (this.listeners.get(name) ?? []).filter((other) => other !== listener),
    );
  }

  send(content, callbacks, buffers = []) {
    this.sent.push({ ...content, bytes: buffers.reduce((sum, buffer) => sum + buffer.byteLength, 0), buffers });
  }

  emit(name, ...args) {
    for (const listener of this.listeners.get(name) ?? []) listener(...args);
  }

  /** As the kernel does: one numbered patch. */
  tell(parts, buffers = []) {
    this.seq += 1;
    this.emit("msg:custom", { kind: "patch", seq: this.seq, ...parts }, buffers);
  }
};

/** Loads the module and shows as many views of one model as asked for. */
window.mount = async (script, style, traits = {}, views = 1) => {
  const sheet = document.createElement("style");
  sheet.textContent = style;
  document.head.append(sheet);
  const url = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  const widget = (await import(url)).default();
  const model = new window.FakeModel(traits);
  window.fake = model;
  window.stopWidget = await widget.initialize({ model });
  window.closeViews = [];
  for (let view = 0; view < views; view += 1) {
    const el = document.createElement("div");
    document.body.append(el);
    window.closeViews.push(await widget.render({ model, el }));
  }
};

window.manyRows = (count, status = "queued") =>
  Array.from({ length: count }, (_, index) => [
    index,
    `folder/file-${String(index).padStart(5, "0")}.pdf`,
    status,
    null,
    "",
    0,
    1000 * index,
  ]);
