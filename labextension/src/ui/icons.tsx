/** Icons that ui-components lacks: 16 px, drawn with the text's color. */
import { LabIcon } from '@jupyterlab/ui-components';

const stroke = (d: string, width = 1.3, more = '') =>
  `<path d="${d}" fill="none" stroke="currentColor" stroke-width="${width}" stroke-linecap="round" stroke-linejoin="round"/>${more}`;

function icon(name: string, body: string): LabIcon {
  const svgstr = `<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 16 16"><g class="jp-mlws-own-icon">${body}</g></svg>`;
  return new LabIcon({ name: `jupyter-mlws:${name}`, svgstr });
}

export const mlwsIcon = icon(
  'mlws',
  stroke(
    'M2.7 2v11.3H14M5 10.6c2.6 0 2.4-5.3 5-5.3h1.4',
    1.5,
    '<circle cx="12.6" cy="5.3" r="1.9" fill="currentColor"/>'
  )
);
export const modelIcon = icon(
  'model',
  stroke('M8 1.8l5.5 3v6.4L8 14.2l-5.5-3V4.8zM2.8 5L8 7.9 13.2 5M8 8v6')
);
export const endpointIcon = icon(
  'endpoint',
  stroke(
    'M4.6 11.4a4.8 4.8 0 010-6.8M11.4 4.6a4.8 4.8 0 010 6.8M2.6 13.4a7.6 7.6 0 010-10.8M13.4 2.6a7.6 7.6 0 010 10.8',
    1.3,
    '<circle cx="8" cy="8" r="1.9" fill="currentColor"/>'
  )
);
export const computeIcon = icon(
  'compute',
  stroke(
    'M4 4h8v8H4zM6.5 6.5h3v3h-3zM6 4V1.5M10 4V1.5M6 14.5V12M10 14.5V12M1.5 6H4M1.5 10H4M12 6h2.5M12 10h2.5',
    1.2
  )
);
export const logIcon = icon('log', stroke('M2.5 3.5l3.5 3.5-3.5 3.5M8 12h5.5', 1.5));
export const compareIcon = icon(
  'compare',
  stroke('M2 12.5c3 0 4-8.5 12-8.5M2 9.5c4 0 5 3 12 3', 1.4)
);
export const keyIcon = icon(
  'key',
  stroke(
    'M8 8h6v2.5M11.5 8v2',
    1.4,
    '<circle cx="5" cy="8" r="3" fill="none" stroke="currentColor" stroke-width="1.4"/>'
  )
);
export const eyeIcon = icon(
  'eye',
  stroke(
    'M1.5 8S4 3.8 8 3.8 14.5 8 14.5 8 12 12.2 8 12.2 1.5 8 1.5 8z',
    1.2,
    '<circle cx="8" cy="8" r="2" fill="currentColor"/>'
  )
);
export const pinIcon = icon('pin', stroke('M5.5 2h5l-.6 4.6 2.1 2.1H4l2.1-2.1zM8 8.7V14'));
export const toEndIcon = icon('to-end', stroke('M8 2v8M4.6 6.8L8 10.2l3.4-3.4M3 13.5h10', 1.5));
export const sortIcon = icon('sort', stroke('M5 3v10M2.5 10.5L5 13l2.5-2.5M9 4h5M9 8h4M9 12h3'));
export const columnsIcon = icon('columns', stroke('M2 3h12v10H2zM6.2 3v10M10 3v10', 1.2));
export const boxIcon = icon('box', stroke('M3 5.5h10v8H3zM2 2.5h12v3H2zM6.5 8h3', 1.2));
export const tagIcon = icon(
  'tag',
  stroke('M2.5 2.5h5l6 6-5 5-6-6z', 1.3, '<circle cx="5.3" cy="5.3" r="1" fill="currentColor"/>')
);
export const binIcon = icon(
  'bin',
  stroke('M2.5 4h11M6 4V2.4h4V4M4 4l.7 9.6h6.6L12 4M6.6 6.5v4.8M9.4 6.5v4.8', 1.2)
);
