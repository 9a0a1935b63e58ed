// The container that JupyterLab's module federation asks for, written by hand: `init` hands us the modules that all
// extensions share, `get` gives ours. The extension itself is an ES module beside this file.
(() => {
  const here = document.currentScript.src;
  let scope;

  function newest(versions) {
    const parts = (version) => version.split(/[.+-]/).map((part) => Number.parseInt(part, 10) || 0);
    const order = (a, b) => {
      const [x, y] = [parts(a), parts(b)];
      const differs = x.findIndex((part, index) => part !== (y[index] ?? 0));
      return differs < 0 ? 0 : x[differs] - (y[differs] ?? 0);
    };
    const names = Object.keys(versions).sort(order);
    // A module that runs already is the singleton that everybody else holds.
    return names.find((name) => versions[name].loaded) ?? names.at(-1);
  }

  async function shared(name) {
    const versions = scope[name];
    if (!versions) return null;
    const factory = await versions[newest(versions)].get();
    return factory();
  }

  window._JUPYTERLAB = window._JUPYTERLAB ?? {};
  window._JUPYTERLAB.ingest_widgets = {
    init(shareScope) {
      scope = shareScope;
    },
    async get() {
      const { makePlugin } = await import(new URL("extension.js", here));
      const plugin = await makePlugin(shared);
      // Without __esModule JupyterLab takes the whole object for a plugin and doesn't start at all.
      return () => ({ __esModule: true, default: plugin });
    },
  };
})();
