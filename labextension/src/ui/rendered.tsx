/** A place for what JupyterLab itself draws. */
import * as React from 'react';

export type Kind = 'text/markdown' | 'text/html';
export type Draw = (kind: Kind, text: string, host: HTMLElement) => () => void;

/** Null where nobody draws: then texts are shown as they are. */
export const DrawContext = React.createContext<Draw | null>(null);

interface IRenderedProps {
  readonly kind: Kind;
  readonly text: string;
  /** What stands there where nobody draws. */
  readonly children: JSX.Element;
}

export function Rendered({ kind, text, children }: IRenderedProps): JSX.Element {
  const draw = React.useContext(DrawContext);
  const host = React.useRef<HTMLDivElement>(null);
  React.useEffect(() => {
    return host.current && draw ? draw(kind, text, host.current) : undefined;
  }, [draw, kind, text]);
  return draw ? <div ref={host} className="jp-mlws-rendered" /> : children;
}
