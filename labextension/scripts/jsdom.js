// What browsers have and jsdom lacks, and which is asked for when a module loads.
class Watch {
  observe() {}
  unobserve() {}
  disconnect() {}
}

globalThis.DragEvent ??= class DragEvent extends Event {};
globalThis.ResizeObserver ??= Watch;
globalThis.IntersectionObserver ??= Watch;
globalThis.matchMedia ??= () => ({
  matches: false,
  addEventListener() {},
  removeEventListener() {},
  addListener() {},
  removeListener() {}
});
