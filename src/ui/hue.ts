/**
 * Twelve hues in the order of the colour circle, light enough for the terminal's ground (each at least 7:1 on it): what stands
 * far apart in the list is easily told apart by eye.
 */
const HUES = ['#fda4af', '#fdba74', '#fcd34d', '#bef264', '#86efac', '#5eead4', '#7dd3fc', '#93c5fd', '#c4b5fd', '#f0abfc', '#f9a8d4', '#d6d3d1'] as const

/** FNV-1a. */
function hashOf(name: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < name.length; index += 1) {
    hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193)
  }
  return hash >>> 0
}

/** A name's own colour: the same everywhere, from the name alone. */
export function stableHue(name: string): string {
  return HUES[hashOf(name) % HUES.length] ?? HUES[0]
}

const apart = (a: number, b: number): number => Math.min(Math.abs(a - b), HUES.length - Math.abs(a - b))

/**
 * Colours for names that are seen together. Each keeps its own where that is far enough from the others, and otherwise takes the
 * free one that is; so the same names have the same colours in every run, whatever their order. More names than hues share them.
 */
export function spreadHues(names: readonly string[]): ReadonlyMap<string, string> {
  const all = [...new Set(names)].sort((a, b) => hashOf(a) - hashOf(b) || (a < b ? -1 : 1))
  if (all.length > HUES.length) return new Map(all.map((name) => [name, stableHue(name)]))
  const wide = Math.max(1, Math.floor(HUES.length / all.length) - 1)
  const taken: number[] = []
  return new Map(
    all.map((name) => {
      const own = hashOf(name) % HUES.length
      const distance = (hue: number) => Math.min(HUES.length, ...taken.map((other) => apart(hue, other)))
      const free = HUES.map((_, hue) => hue).filter((hue) => !taken.includes(hue))
      const hue = distance(own) >= wide ? own : free.reduce((best, next) => (distance(next) - distance(best) || apart(best, own) - apart(next, own)) > 0 ? next : best)
      taken.push(hue)
      return [name, HUES[hue] ?? HUES[0]]
    }),
  )
}
