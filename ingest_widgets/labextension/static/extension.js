// 'Ingest with ingest_widgets' in the file browser, a launcher card and the command palette. Each command inserts
// visible Python code into a notebook and runs it there; nothing runs that the user can't see.

import { ingestCode, panelCode, viewCode } from "./code.js";
import { keepOutputs } from "./kept_outputs.js";
import { Notebooks } from "./notebooks.js";

const ID = "ingest_widgets:plugin";
const CATEGORY = "PDF corpus";
const ICON = `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24">
  <g class="jp-icon3 jp-icon-selectable" fill="#616161">
    <path d="M6 2h8l5 5v5h-2V8h-4V4H7v16h4v2H6a1 1 0 0 1-1-1V3a1 1 0 0 1 1-1z"/>
    <path d="M8 10h6v1.6H8zm0 3.4h4V15H8z"/>
    <path d="M16 13a4 4 0 0 1 3.2 6.4l2.6 2.6-1.3 1.3-2.6-2.6A4 4 0 1 1 16 13zm0 1.8a2.2 2.2 0 1 0 0 4.4 2.2 2.2 0 0 0 0-4.4z"/>
  </g>
</svg>`;

/** JupyterLab's plugin; `shared` fetches a module that all extensions share, null when there is none. */
export async function makePlugin(shared) {
  const names = ["apputils", "coreutils", "docmanager", "filebrowser", "launcher", "notebook", "settingregistry"];
  const modules = await Promise.all([...names, "ui-components"].map((name) => shared(`@jupyterlab/${name}`)));
  const [apputils, coreutils, docmanager, filebrowser, launcher, notebook, settings, ui] = modules;
  const icon = new ui.LabIcon({ name: "ingest_widgets:corpus", svgstr: ICON });
  return {
    id: ID,
    description: "Commands that ingest PDFs into a searchable corpus.",
    autoStart: true,
    requires: [docmanager.IDocumentManager, settings.ISettingRegistry],
    optional: [
      notebook.INotebookTracker, filebrowser.IFileBrowserFactory, apputils.ICommandPalette, launcher?.ILauncher,
    ].filter(Boolean),
    async activate(app, documents, registry, tracker, browsers, palette, cards) {
      keepOutputs(tracker);
      const notebooks = new Notebooks(app, documents, tracker, notebook.NotebookActions);
      const commands = new Commands(notebooks, browsers, await registry.load(ID), coreutils.PathExt);
      commands.complain = (error) => apputils.Notification.error(error.message, { autoClose: false });
      commands.addTo(app.commands, icon);
      for (const command of ["ingest_widgets:panel", "ingest_widgets:view"]) {
        palette?.addItem({ command, category: CATEGORY });
      }
      cards?.add({ command: "ingest_widgets:panel", category: "Other", args: { fresh: true }, rank: 10 });
    },
  };
}

class Commands {
  constructor(notebooks, browsers, settings, paths) {
    Object.assign(this, { notebooks, browsers, settings, paths });
  }

  addTo(registry, icon) {
    registry.addCommand("ingest_widgets:ingest", {
      label: "Ingest with ingest_widgets",
      caption: "Read these PDFs into a corpus that can be searched",
      icon,
      isVisible: () => this.selected().length > 0,
      execute: () => this.attempt(() => this.ingest()),
    });
    registry.addCommand("ingest_widgets:panel", {
      label: (args) => (args.fresh ? "Ingest PDFs" : "Ingest PDFs into a Corpus"),
      caption: "A panel that reads a folder of PDFs into a corpus and searches it",
      icon,
      execute: (args) => this.attempt(() => this.place(panelCode(this.option("corpus")), args.cwd, args.fresh)),
    });
    registry.addCommand("ingest_widgets:view", {
      label: "Look Around in a Corpus",
      caption: "Search the corpus beside the notebook and look at its pages",
      icon,
      execute: () => this.attempt(() => this.place(viewCode(this.option("corpus")))),
    });
  }

  /** An error in a command shows nowhere by itself. */
  async attempt(work) {
    try {
      await work();
    } catch (error) {
      this.complain(error);
    }
  }

  option(name) {
    return this.settings.get(name).composite;
  }

  browser() {
    return this.browsers?.tracker.currentWidget ?? null;
  }

  /** The PDFs and folders among what is selected in the file browser. */
  selected() {
    const items = [...(this.browser()?.selectedItems() ?? [])];
    return items.filter((item) => item.type === "directory" || item.name.toLowerCase().endsWith(".pdf"));
  }

  async ingest() {
    const items = this.selected();
    const panel = this.target();
    const { contents } = this.notebooks.app.serviceManager;
    const folder = panel ? this.notebooks.folderOf(panel) : this.folder();
    const paths = items.map((item) => {
      const path = this.paths.relative(contents.localPath(folder), contents.localPath(item.path)) || ".";
      return item.type === "directory" ? `${path}/` : path;
    });
    await this.put(panel, folder, ingestCode(paths, this.option("corpus")));
  }

  async place(code, folder, fresh = false) {
    await this.put(fresh ? null : this.target(), folder ?? this.folder(), code);
  }

  async put(panel, folder, code) {
    const run = this.option("run");
    if (panel) await this.notebooks.insert(panel, code, run);
    else await this.notebooks.create(folder, code, run);
  }

  target() {
    return this.option("notebook") === "current" ? this.notebooks.current() : null;
  }

  folder() {
    return this.browser()?.model.path ?? "";
  }
}
