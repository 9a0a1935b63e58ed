// Puts a cell into a notebook and runs it there, where the user sees it.

/** What the commands need of JupyterLab; `tracker` is null where no notebook lives (the file list of Notebook 7). */
export class Notebooks {
  constructor(app, documents, tracker, actions) {
    this.app = app;
    this.documents = documents;
    this.tracker = tracker;
    this.actions = actions;
  }

  /** The notebook that was used last, if its kernel speaks Python. */
  current() {
    const panel = this.tracker?.currentWidget ?? null;
    if (!panel || panel.isDisposed) return null;
    const language = panel.context.model?.defaultKernelLanguage || "python";
    return language === "python" ? panel : null;
  }

  folderOf(panel) {
    const path = this.app.serviceManager.contents.localPath(panel.context.path);
    return path.split("/").slice(0, -1).join("/");
  }

  /** Insert `code` below the active cell, or into it when it is empty, and run it if `run`. */
  async insert(panel, code, run) {
    this.app.shell.activateById(panel.id);
    await panel.context.ready;
    await panel.revealed;
    const notebook = panel.content;
    notebook.deselectAll();
    const active = notebook.activeCell?.model;
    if (active?.type !== "code" || active.sharedModel.getSource().trim()) this.actions.insertBelow(notebook);
    notebook.activeCell.model.sharedModel.setSource(code);
    notebook.mode = "command";
    if (run) await this.run(panel);
  }

  /** Make a notebook in `folder` that begins with `code`, open it and run the cell if `run`. */
  async create(folder, code, run) {
    const { contents } = this.app.serviceManager;
    const kernel = await this.pythonKernel();
    const { path } = await contents.newUntitled({ path: folder, type: "notebook" });
    await contents.save(path, { type: "notebook", format: "json", content: withCell(code, kernel) });
    const panel = this.documents.openOrReveal(path, "Notebook");
    // Notebook 7 opens another browser tab: the code waits there for its reader.
    if (!panel) return;
    await panel.context.ready;
    await panel.revealed;
    this.app.shell.activateById(panel.id);
    panel.content.activeCellIndex = 0;
    if (run) await this.run(panel);
  }

  async run(panel) {
    await panel.sessionContext.ready;
    await this.actions.run(panel.content, panel.sessionContext);
  }

  /** The default kernel when it speaks Python, else the first one that does. */
  async pythonKernel() {
    const { kernelspecs } = this.app.serviceManager;
    await kernelspecs.ready;
    const known = kernelspecs.specs?.kernelspecs ?? {};
    const names = [kernelspecs.specs?.default, ...Object.keys(known)];
    const name = names.find((candidate) => known[candidate]?.language === "python");
    if (!name) throw new Error("No Python kernel is installed here: pip install ipykernel, then try again.");
    return { name, display_name: known[name].display_name, language: "python" };
  }
}

function withCell(source, kernelspec) {
  const cell = { cell_type: "code", execution_count: null, id: "ingest", metadata: {}, outputs: [], source };
  return { cells: [cell], metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 };
}
