import { svg } from '../dom.ts'

const size = 100
const leaf = 'M0 100A100 100 0 0 1 100 0A100 100 0 0 1 0 100Z'

/** What a tile's letter draws: a leaf from corner to corner (V with veins), a quarter disc, a berry. */
const shapes: Readonly<Record<string, string>> = {
  L: leaf,
  V: leaf,
  Q: 'M0 0H100A100 100 0 0 1 0 100Z',
  B: 'M50 16A34 34 0 0 1 50 84A34 34 0 0 1 50 16Z',
}
const veins = 'M0 100L100 0M30 70V38M30 70H62M50 50V22M50 50H78'

/**
 * The cloth, row by row. A tile is its shape, its quarter turns, its colour and its ground:
 * r rust, m maroon, p pumpkin, c cream, o olive, y the page's mustard.
 */
const rows = [
  'V0mp L1cr Q2oy V0rc B0pm',
  'L1rc V0yo L0mr Q1cp V1ym',
  'Q0py B0cm V1pc L0yr L1oc',
  'V0cm L1pr L0oy Q3mr V0py',
  'L0ro Q1cy V1mp B0yo L1cr',
  'Q3yr V0pc L0cm L1rp Q0oy',
  'V1oc L0yr B0pm V0cr L1my',
  'L0mp Q2ro V1cy L0pc V0yr',
  'B0yr V0cm L1op Q1my L0rc',
  'V1rc L0py V0mo L1cr Q0pm',
]

/** Leaves abstracted into a printed cloth. Decoration only. */
export function leafCloth(): SVGElement {
  const tiles = rows.flatMap((row, y) => row.split(' ').map((code, x) => tile(code, x * size, y * size)))
  return svg(
    'svg',
    { class: 'leaf-cloth', viewBox: `0 0 ${5 * size} ${rows.length * size}`, preserveAspectRatio: 'xMinYMin slice', 'aria-hidden': 'true' },
    tiles,
  )
}

function tile(code: string, x: number, y: number): SVGElement {
  const [letter = '', turns = '', colour = '', ground = ''] = code
  return svg(
    'g',
    { transform: `translate(${x} ${y})` },
    // Half a unit over the edge, or hairlines of the page shine through between tiles.
    svg('path', { class: `cloth-${ground}`, d: 'M-.5-.5h101v101h-101z' }),
    svg(
      'g',
      { transform: `rotate(${Number(turns) * 90} 50 50)` },
      svg('path', { class: `cloth-${colour}`, d: shapes[letter] }),
      letter === 'V' && svg('path', { class: `cloth-veins cloth-${ground}`, d: veins }),
    ),
  )
}
