// DOM building: strings become text nodes and attribute values, never markup.

const SVG = "http://www.w3.org/2000/svg";
let lastId = 0;

/** An id that no other element of the page has. */
export function freshId(stem) {
  lastId += 1;
  return `ingw-${stem}-${lastId}-${Math.random().toString(36).slice(2, 8)}`;
}

/**
 * An element. `on` holds listeners by event name, `null`, `undefined` and `false` leave an attribute out, `true` makes
 * it empty; children are strings or nodes.
 */
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "on") {
      for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    } else {
      setAttribute(node, name, value);
    }
  }
  node.append(...children.filter((child) => child !== null));
  return node;
}

export function setAttribute(node, name, value) {
  if (value === null || value === undefined || value === false) node.removeAttribute(name);
  else if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value === true ? "" : String(value));
}

/** Leaves the DOM alone when nothing changes: a live region would be read out again. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

const ICONS = {
  ingested: "M3 8.5 6.5 12 13 4.5",
  unchanged: "M3 6h10M3 10h10",
  partial: "M8 2.5v7M8 12.2v1.2",
  failed: "M4 4l8 8M12 4l-8 8",
  cancelled: "M3.8 12.2 12.2 3.8M8 2a6 6 0 1 0 0 12A6 6 0 1 0 8 2",
  queued: "M8 4.5V8l2.5 1.5M8 2a6 6 0 1 0 0 12A6 6 0 1 0 8 2",
  reading: "M8 2a6 6 0 1 0 6 6",
  uploading: "M8 13V4M4.5 7.5 8 4l3.5 3.5",
  up: "M4 10l4-4 4 4",
  down: "M4 6l4 4 4-4",
};

/** A line drawing in the colour of the text around it; it says nothing to a screen reader. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("class", `ingw-icon ingw-icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/** The text with its spans of [start, end) in `mark` elements. Offsets count code points, as Python does. */
export function markedText(text, spans) {
  const points = Array.from(text);
  const parts = [];
  let at = 0;
  for (const [start, end] of spans) {
    if (start > at) parts.push(points.slice(at, start).join(""));
    parts.push(element("mark", {}, points.slice(start, end).join("")));
    at = end;
  }
  if (at < points.length) parts.push(points.slice(at).join(""));
  return parts;
}

/** Runs `callback` once, before the next paint, however often it was asked for. */
export function paintOnce(callback) {
  let asked = 0;
  const paint = () => {
    asked = 0;
    callback();
  };
  const ask = () => {
    if (!asked) asked = requestAnimationFrame(paint);
  };
  ask.cancel = () => cancelAnimationFrame(asked);
  return ask;
}

/** Such as `10,000`, as the kernel's sentences say it. */
export function grouped(number) {
  return number.toLocaleString("en");
}

export function counted(number, noun) {
  return `${grouped(number)} ${noun}${number === 1 ? "" : "s"}`;
}

/** A text that somebody pasted must not push everything else out of sight. */
export function shortened(text, most = 120) {
  const points = Array.from(text);
  return points.length > most ? `${points.slice(0, most - 1).join("")}…` : text;
}

export function sized(bytes) {
  if (bytes === null || bytes === undefined) return "";
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit && value < 9.95 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

/** Such as `40 s`, `3 min` or `2 h 5 min`. */
export function lasting(seconds) {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
