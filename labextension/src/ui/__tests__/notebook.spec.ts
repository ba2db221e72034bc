/**
 * @jest-environment node
 */
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';

import { cellsOf, NotebookPreview, type ICell } from '../notebookPreview';

function drawn(cells: readonly ICell[]): string {
  return renderToStaticMarkup(createElement(NotebookPreview, { cells }));
}

it('reads the cells of a notebook, and says where there are none', () => {
  expect(cellsOf('{"cells": [{"cell_type": "code", "source": "1"}]}')).toHaveLength(1);
  expect([cellsOf('{"cells": 3}'), cellsOf('not JSON')]).toEqual([null, null]);
});

it('shows sources, texts and images, and runs nothing', () => {
  const html = drawn([
    { cell_type: 'markdown', source: ['# <b>Title</b>\n', 'text'] },
    {
      cell_type: 'code',
      execution_count: 2,
      source: 'import os',
      outputs: [
        { text: ['one\n', '10%\r90%\n'] },
        { data: { 'text/html': '<script>alert(1)</script>', 'text/plain': '<Figure>' } },
        { data: { 'image/png': 'iVBO\nRw', 'text/plain': 'a plot' } },
        { traceback: ['\u001b[31mValueError\u001b[0m: x'] },
        { data: { 'application/json': '{}' } }
      ]
    }
  ]);
  expect(html).toContain('# &lt;b&gt;Title&lt;/b&gt;\ntext');
  expect(html).toContain('[2]');
  expect(html).toContain('<span class="jp-mlws-code-keyword">import</span>');
  expect(html).toContain('90%');
  expect(html).not.toContain('10%');
  expect(html).not.toContain('<script');
  expect(html).toContain('&lt;Figure&gt;');
  expect(html).toContain('src="data:image/png;base64,iVBORw" alt="a plot"');
  expect(html).toContain('<span class="jp-mlws-ansi-red">ValueError</span>');
});
