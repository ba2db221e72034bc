/** Whether something can be seen now: nothing is asked for what nobody looks at. */
import * as React from 'react';

/** False while its tab is behind another, is scrolled away, or the window is hidden. */
export function useVisible<T extends Element>(): readonly [React.RefObject<T>, boolean] {
  const ref = React.useRef<T>(null);
  const [inView, setInView] = React.useState(true);
  const [awake, setAwake] = React.useState(!document.hidden);
  React.useEffect(() => {
    const element = ref.current;
    const onChange = () => setAwake(!document.hidden);
    document.addEventListener('visibilitychange', onChange);
    const watch = new IntersectionObserver(entries =>
      setInView(entries[entries.length - 1].isIntersecting)
    );
    if (element) {
      watch.observe(element);
    }
    return () => {
      watch.disconnect();
      document.removeEventListener('visibilitychange', onChange);
    };
  }, []);
  return [ref, inView && awake];
}

/** True from the first time that something is near the window on: what is far off is not drawn. */
export function useSeen<T extends Element>(
  margin = '400px'
): readonly [React.RefObject<T>, boolean] {
  const ref = React.useRef<T>(null);
  const [seen, setSeen] = React.useState(false);
  React.useEffect(() => {
    const element = ref.current;
    if (!element || seen) {
      return;
    }
    const watch = new IntersectionObserver(
      entries => entries.some(entry => entry.isIntersecting) && setSeen(true),
      { rootMargin: margin }
    );
    watch.observe(element);
    return () => watch.disconnect();
  }, [seen, margin]);
  return [ref, seen];
}

/** Does something now and every so often, while `on`. */
export function useRounds(what: () => Promise<unknown>, step_ms: number, on: boolean): void {
  const last = React.useRef(what);
  last.current = what;
  React.useEffect(() => {
    if (!on) {
      return;
    }
    let timer = 0;
    let over = false;
    const round = async () => {
      await last.current();
      if (!over) {
        timer = window.setTimeout(() => void round(), step_ms);
      }
    };
    void round();
    return () => {
      over = true;
      window.clearTimeout(timer);
    };
  }, [step_ms, on]);
}
