/** Draws anew when a signal is heard, or when time goes by. */
import type { ISignal } from '@lumino/signaling';
import * as React from 'react';

/** Connects while the component is there, and no longer. */
export function useSignal<T, U>(signal: ISignal<T, U>): void {
  const [, redraw] = React.useReducer((n: number) => n + 1, 0);
  React.useEffect(() => {
    const heard = () => redraw();
    signal.connect(heard);
    redraw(); // what was said between the drawing and now was not heard
    return () => {
      signal.disconnect(heard);
    };
  }, [signal]);
}

/** The time now; what uses it is drawn anew every `step_ms`, but not in a hidden tab. */
export function useNow(step_ms: number): number {
  const [, redraw] = React.useReducer((n: number) => n + 1, 0);
  React.useEffect(() => {
    const tick = () => {
      if (!document.hidden) {
        redraw();
      }
    };
    const timer = window.setInterval(tick, step_ms);
    document.addEventListener('visibilitychange', tick);
    return () => {
      window.clearInterval(timer);
      document.removeEventListener('visibilitychange', tick);
    };
  }, [step_ms]);
  return Date.now();
}

/** True once `wait_ms` went by: what is quick shows no skeleton. */
export function useLate(wait_ms = 150): boolean {
  const [late, setLate] = React.useState(false);
  React.useEffect(() => {
    const timer = window.setTimeout(() => setLate(true), wait_ms);
    return () => window.clearTimeout(timer);
  }, [wait_ms]);
  return late;
}
