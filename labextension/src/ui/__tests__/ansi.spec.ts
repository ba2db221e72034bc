/** A terminal's output, as lines. */
import { lines, plain, textOf } from '../ansi';

const ESC = '\u001b';

it('keeps colors and drops what moves the cursor', () => {
  const [line] = lines(`${ESC}[34mINFO${ESC}[0m ${ESC}[2Kdone ${ESC}[1;32min 9 s${ESC}[0m`);
  expect(line.map(span => [span.text, span.styles])).toEqual([
    ['INFO', ['blue']],
    [' ', []],
    ['done ', []],
    ['in 9 s', ['bold', 'green']]
  ]);
});

it('writes a line over after a carriage return', () => {
  expect(lines('10%\r50%\r90%\nnext').map(textOf)).toEqual(['90%', 'next']);
});

it('keeps a line that ends as on Windows', () => {
  expect(lines('one\r\ntwo\r\n').map(textOf)).toEqual(['one', 'two', '']);
});

it('carries a color on to the next line', () => {
  const [, second] = lines(`${ESC}[31mTraceback\nError`);
  expect(second[0].styles).toEqual(['red']);
});

it('reads 256 and true colors', () => {
  const [line] = lines(`${ESC}[38;5;196mred${ESC}[38;2;1;2;3mdark${ESC}[39mplain`);
  expect(line.map(span => span.color)).toEqual(['rgb(255 0 0)', 'rgb(1 2 3)', null]);
});

it('is plain without its colors and titles', () => {
  expect(plain(`${ESC}]0;title\u0007${ESC}[1mbold${ESC}[0m`)).toBe('bold');
});
