/** Line drawings on a field of 16 by 16. */
const paths = {
  add: ['M8 3v10', 'M3 8h10'],
  apply: ['M2.5 3.5h7', 'M2.5 7h4', 'M2.5 10.5h3', 'M8 11l2 2 4-5'],
  at: [
    'M10.5 5.5v3.8a1.7 1.7 0 0 0 3.4 0V8A5.9 5.9 0 1 0 11 13',
    'M10.5 8a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0z',
  ],
  check: ['M3 8.5l3.2 3.2L13 4.8'],
  close: ['M4 4l8 8', 'M12 4l-8 8'],
  copy: ['M6 5.5h7v8H6z', 'M10 5.5v-3H3v8h3'],
  edit: ['M3 13l.6-2.9L10.8 3l2.2 2.2-7.1 7.2z', 'M9.4 4.4l2.2 2.2'],
  fork: [
    'M4 5.2v5.6',
    'M12 5.2v1.3c0 1-.6 1.6-1.6 1.6H4',
    'M5.5 3.7a1.5 1.5 0 1 1-3 0 1.5 1.5 0 0 1 3 0z',
    'M13.5 3.7a1.5 1.5 0 1 1-3 0 1.5 1.5 0 0 1 3 0z',
    'M5.5 12.3a1.5 1.5 0 1 1-3 0 1.5 1.5 0 0 1 3 0z',
  ],
  history: ['M3 8a5.2 5.2 0 1 0 1.7-3.9L3 5.6', 'M3 2.8v2.8h2.8', 'M8 5.2V8l2 1.4'],
  insert: ['M2.5 8h7.5', 'M7.2 5l3 3-3 3', 'M13 3v10'],
  more: ['M3.5 8h.01', 'M8 8h.01', 'M12.5 8h.01'],
  pin: ['M6 2.5h4l-.5 4 2 2.2h-7l2-2.2z', 'M8 8.7v4.8'],
  retry: ['M13 8a5.2 5.2 0 1 1-1.7-3.9L13 5.6', 'M13 2.8v2.8h-2.8'],
  send: ['M8 13V3.5', 'M3.8 7.5L8 3.3l4.2 4.2'],
  stop: ['M4.5 4.5h7v7h-7z'],
  trash: ['M3 4.5h10', 'M6.2 4.5v-2h3.6v2', 'M4.4 4.5l.5 9h6.2l.5-9'],
} as const;

export type IconName = keyof typeof paths;

const svg = 'http://www.w3.org/2000/svg';

/** A drawing in the colour of the text around it, which says nothing to a screen reader. */
export function icon(name: IconName): SVGSVGElement {
  const drawing = document.createElementNS(svg, 'svg');
  drawing.setAttribute('viewBox', '0 0 16 16');
  drawing.setAttribute('class', 'icon');
  drawing.setAttribute('aria-hidden', 'true');
  for (const line of paths[name]) {
    const path = document.createElementNS(svg, 'path');
    path.setAttribute('d', line);
    drawing.append(path);
  }
  return drawing;
}
