import { svg } from '../dom.ts'

const radius = 84
const reach = { x: 520, y: 290 }
const spacing = 13
const step = 5

/** Levels of the stream function whose lines are drawn, counted from the middle outwards. */
const levels = Array.from({ length: Math.floor(reach.y / spacing) }, (_, index) => (index + 0.5) * spacing)

/** Computed once, by the first page that shows them. */
let paths: string[] | undefined

/** Air that parts around a sphere, drawn in hairlines. Decoration only. */
export function airflow(): SVGElement {
  return svg(
    'svg',
    {
      class: 'airflow',
      // A window into the flow that keeps the sphere right of its middle; the lines go on beyond it for wider shapes.
      viewBox: `-360 ${-reach.y} 600 ${2 * reach.y}`,
      preserveAspectRatio: 'xMidYMid slice',
      'aria-hidden': 'true',
    },
    (paths ??= levels.map(streamline)).map((d) => [
      svg('path', { d, pathLength: 1 }),
      svg('path', { d, pathLength: 1, transform: 'scale(1 -1)' }),
    ]),
    svg('circle', { r: radius - 6 }),
  )
}

/** The line at a level above the axis; below it lies its mirror image. */
function streamline(level: number): string {
  const points: string[] = []
  for (let x = -reach.x; x <= reach.x; x += step) points.push(`${x} ${heightAt(x, level).toFixed(1)}`)
  return `M${points.join('L')}`
}

/**
 * Height at which the streamline of a level passes x: the flow of an ideal fluid around a cylinder,
 * psi(x, y) = y (1 - r² / (x² + y²)), solved for y by halving, since outside the cylinder it only grows with y.
 */
function heightAt(x: number, level: number): number {
  let low = Math.sqrt(Math.max(radius ** 2 - x ** 2, 0))
  let high = level + radius + 1
  for (let halving = 0; halving < 16; halving += 1) {
    const y = (low + high) / 2
    if (y * (1 - radius ** 2 / (x ** 2 + y ** 2)) < level) low = y
    else high = y
  }
  return (low + high) / 2
}
