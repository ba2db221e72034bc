/** The part of a log that says why a run failed. */
import { textOf, type Line } from '../ui/ansi';

/** Where a run's own files lie on its target: the reader knows them by their names. */
const OWN_FOLDER = /(")[^"]*\/runs\/[0-9a-z]{26}\/\d+\/code\//g;
const LIBRARY = /site-packages|dist-packages|\/lib\/python\d/;

/** The last traceback without the frames of libraries; the end of the log where there is none. */
export function traceback(lines: readonly Line[], most: number): readonly Line[] {
  const texts = lines.map(textOf);
  const from = texts.lastIndexOf('Traceback (most recent call last):');
  const trace = from < 0 ? lines.slice(-most) : lines.slice(from);
  const kept: Line[] = [];
  let library = false;
  for (const line of trace) {
    const text = textOf(line);
    if (/^ {2}File "/.test(text)) {
      library = LIBRARY.test(text);
    } else if (!/^\s/.test(text)) {
      library = false;
    }
    if (!library) {
      kept.push(line.map(span => ({ ...span, text: span.text.replace(OWN_FOLDER, '$1') })));
    }
  }
  return kept.length > most ? [...kept.slice(0, 1), ...kept.slice(1 - most)] : kept;
}

/** From which line on the error itself is told: what follows the last frame, or the last line. */
export function errorAt(texts: readonly string[]): number {
  const after = texts.map(text => /^\s/.test(text)).lastIndexOf(true) + 1;
  return after > 0 && after < texts.length ? after : texts.length - 1;
}
