// What the tests ask of JupyterLab's own objects; every wait here is for a promise or a signal, never for a while.
(() => {
  if (window.labTools) return;
  const runs = [];
  const messages = [];
  const watched = new WeakSet();

  const app = () => window.jupyterapp;

  function panel(path) {
    for (const widget of app().shell.widgets("main")) {
      if (widget.context?.path === path && widget.content?.widgets) return widget;
    }
    throw new Error(`no notebook ${path} is open`);
  }

  function within(promise, seconds, what) {
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`${what}: not within ${seconds} s`)), seconds * 1000);
    });
    return Promise.race([promise, late]).finally(() => clearTimeout(timer));
  }

  function watch(kernel) {
    if (!kernel || watched.has(kernel)) return;
    watched.add(kernel);
    kernel.anyMessage.connect((_, { msg, direction }) => {
      messages.push({
        direction,
        channel: msg.channel,
        type: msg.header.msg_type,
        date: msg.header.date,
        comm: msg.content?.comm_id ?? null,
      });
    });
  }

  async function open(path, withKernel) {
    await app().commands.execute("docmanager:open", { path, factory: "Notebook" });
    const { context } = panel(path);
    if (!withKernel) {
      const preference = context.sessionContext.kernelPreference;
      context.sessionContext.kernelPreference = { ...preference, shouldStart: false };
    }
    await context.ready;
    await context.sessionContext.ready;
    await panel(path).revealed;
    app().shell.activateById(panel(path).id);
    if (withKernel) {
      const kernel = context.sessionContext.session.kernel;
      await kernel.info;
      watch(kernel);
      context.sessionContext.kernelChanged.connect((_, { newValue }) => watch(newValue));
    }
    return panel(path).id;
  }

  /** Notebooks that were opened by a command start their kernels by themselves; some wait for one to be chosen. */
  function kernelsStarted() {
    const starting = [...app().shell.widgets("main")].map((widget) => widget.context?.sessionContext?.ready);
    return within(Promise.allSettled(starting), 5, "the kernels start").catch(() => null);
  }

  function start(path, index) {
    const widget = panel(path);
    app().shell.activateById(widget.id);
    const run = { settled: false };
    if (index === null) {
      run.promise = app().commands.execute("notebook:run-all-cells");
    } else {
      widget.content.deselectAll();
      widget.content.activeCellIndex = index;
      run.promise = app().commands.execute("notebook:run-cell");
    }
    run.promise = run.promise.finally(() => { run.settled = true; });
    return runs.push(run) - 1;
  }

  window.labTools = {
    open, start, panel, messages, kernelsStarted,
    restored: () => within(app().restored, 60, "JupyterLab starts"),
    opened: (path, kernel, seconds) => within(open(path, kernel), seconds, `${path} opens`),
    done: (run, seconds) => within(runs[run].promise, seconds, "the cells end").then(Boolean),
    settled: (run) => runs[run].settled,
    kernel: (path) => panel(path).context.sessionContext.session?.kernel ?? null,
    cells: (path) => panel(path).context.model.toJSON().cells,
    activate(path, index) {
      const widget = panel(path);
      app().shell.activateById(widget.id);
      widget.content.deselectAll();
      widget.content.activeCellIndex = index;
    },
    async show(path, index) {
      window.labTools.activate(path, index);
      await panel(path).content.scrollToItem(index, "start");
    },
    async restart(path) {
      await window.labTools.kernel(path).restart();
      await window.labTools.kernel(path).info;
    },
    async close(path, shutdown) {
      const { sessionContext } = panel(path).context;
      if (shutdown) await sessionContext.shutdown();
      panel(path).dispose();
    },
  };
})();
